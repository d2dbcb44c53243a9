// Jaeger v2 with the parts that ../../components/jaeger configures, and the receiver for the legacy exporter. Jaeger's own program
// also has Kafka, Prometheus and others.
// The path of this module begins with Jaeger's, because Go lets nobody else import Jaeger's internal packages.
package main

import (
	"fmt"
	"os"

	"github.com/jaegertracing/jaeger/cmd/jaeger/internal/exporters/storageexporter"
	"github.com/jaegertracing/jaeger/cmd/jaeger/internal/extension/jaegerquery"
	"github.com/jaegertracing/jaeger/cmd/jaeger/internal/extension/jaegerstorage"
	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/healthcheckv2extension"
	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/jaegerreceiver"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/batchprocessor"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
)

func main() {
	settings := otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "jaeger", Description: "Jaeger v2", Version: "1.76.0"},
		Factories: components,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				ProviderFactories: []confmap.ProviderFactory{envprovider.NewFactory(), fileprovider.NewFactory()},
			},
		},
	}
	if err := otelcol.NewCommand(settings).Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func components() (factories otelcol.Factories, err error) {
	storage, query, health := jaegerstorage.NewFactory(), jaegerquery.NewFactory(), healthcheckv2extension.NewFactory()
	otlp, legacy := otlpreceiver.NewFactory(), jaegerreceiver.NewFactory()
	batch, spans := batchprocessor.NewFactory(), storageexporter.NewFactory()
	return otelcol.Factories{
		Extensions: map[component.Type]extension.Factory{storage.Type(): storage, query.Type(): query, health.Type(): health},
		Receivers:  map[component.Type]receiver.Factory{otlp.Type(): otlp, legacy.Type(): legacy},
		Processors: map[component.Type]processor.Factory{batch.Type(): batch},
		Exporters:  map[component.Type]exporter.Factory{spans.Type(): spans},
		Telemetry:  otelconftelemetry.NewFactory(),
	}, nil
}
