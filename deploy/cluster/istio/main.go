// One program for all parts of Istio but the network plugin. It behaves as the name that it is called by. What the parts share is
// compiled and linked once. It writes a warning to stdout at its start, where the runtime reads a network plugin's result.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	// Sets GOMEMLIMIT to 90 % of the container's limit, as in Istio's own programs.
	_ "github.com/KimMachineGun/automemlimit"
	"github.com/spf13/cobra"
	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/cni/pkg/cmd"
	"istio.io/istio/operator/pkg/render"
	agent "istio.io/istio/pilot/cmd/pilot-agent/app"
	discovery "istio.io/istio/pilot/cmd/pilot-discovery/app"
	istioagent "istio.io/istio/pkg/istio-agent"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/security"
	"istio.io/istio/security/pkg/nodeagent/sds"
)

var commands = map[string]func() *cobra.Command{
	"install-cni":     cmd.GetCommand,
	"istio-manifests": newManifestsCommand,
	"pilot-agent":     func() *cobra.Command { return agent.NewRootCommand(newSecretServer) },
	"pilot-discovery": discovery.NewRootCommand,
}

func main() {
	name := filepath.Base(os.Args[0])
	newCommand, known := commands[name]
	if !known {
		fmt.Fprintf(os.Stderr, "%s: unknown part of Istio\n", name)
		os.Exit(2)
	}
	log.EnableKlogWithCobra()
	ctx := context.Background()
	if name == "install-cni" {
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
	}
	if err := newCommand().ExecuteContext(ctx); err != nil {
		log.Error(err)
		os.Exit(1)
	}
}

func newSecretServer(options *security.Options, cache security.SecretManager, key *meshconfig.PrivateKeyProvider) istioagent.SDSService {
	return sds.NewServer(options, cache, key)
}

// What `istioctl manifest generate` does. istioctl itself has much that nothing here needs.
func newManifestsCommand() *cobra.Command {
	var files, settings []string
	var output string
	command := &cobra.Command{
		Use: "istio-manifests",
		RunE: func(*cobra.Command, []string) error {
			sets, _, err := render.GenerateManifest(files, settings, false, nil, nil)
			if err != nil {
				return err
			}
			var all strings.Builder
			for _, set := range sets {
				for _, manifest := range set.Manifests {
					fmt.Fprintf(&all, "%s\n---\n", manifest.Content)
				}
			}
			return os.WriteFile(output, []byte(all.String()), 0o644)
		},
	}
	command.Flags().StringSliceVarP(&files, "filename", "f", nil, "file with an IstioOperator")
	command.Flags().StringArrayVarP(&settings, "set", "s", nil, "one setting, as path=value")
	command.Flags().StringVarP(&output, "output", "o", "", "file for the manifests")
	return command
}
