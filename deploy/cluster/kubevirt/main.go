// One program for the parts of KubeVirt that do not touch a machine themselves. It behaves as the name that it is called by. What the
// parts share is compiled and linked once.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"kubevirt.io/client-go/log"
	"kubevirt.io/kubevirt/pkg/service"
	api "kubevirt.io/kubevirt/pkg/virt-api"
	controller "kubevirt.io/kubevirt/pkg/virt-controller/watch"
	operator "kubevirt.io/kubevirt/pkg/virt-operator"
	"kubevirt.io/kubevirt/pkg/virt-operator/resource/generate/components"
	"kubevirt.io/kubevirt/pkg/virt-operator/resource/generate/rbac"
	"kubevirt.io/kubevirt/tools/util"
)

var commands = map[string]func(){
	"virt-api":           runAPI,
	"virt-controller":    controller.Execute,
	"virt-operator":      operator.Execute,
	"kubevirt-manifests": writeManifests,
}

func main() {
	name := filepath.Base(os.Args[0])
	run, known := commands[name]
	if !known {
		fmt.Fprintf(os.Stderr, "%s: unknown part of KubeVirt\n", name)
		os.Exit(2)
	}
	run()
}

func runAPI() {
	log.InitializeLogging("virt-api")
	app := api.NewVirtApi()
	service.Setup(app)
	app.Execute()
}

// Writes the manifests of the operator to stdout: what a release of KubeVirt has as kubevirt-operator.yaml. Its arguments are
// namespace, image registry and version.
func writeManifests() {
	namespace, registry, version := os.Args[1], os.Args[2], os.Args[3]
	definition, err := components.NewKubeVirtCrd()
	fail(err)
	objects := []any{
		&corev1.Namespace{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
			ObjectMeta: metav1.ObjectMeta{Name: namespace, Labels: map[string]string{
				"kubevirt.io":                         "",
				"pod-security.kubernetes.io/enforce": "privileged",
			}},
		},
		definition,
		components.NewKubeVirtPriorityClassCR(),
	}
	objects = append(objects, rbac.GetAllOperator(namespace)...)
	deployment := components.NewOperatorDeployment(namespace, registry, "", version, "2", version, "",
		"", "", "", "", "", "", "", "", "", "", "", "", "", corev1.PullIfNotPresent)
	// One node has room for one.
	*deployment.Spec.Replicas = 1
	for _, object := range append(objects, deployment) {
		fail(util.MarshallObject(object, os.Stdout))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
