package main

import (
	"github.com/spf13/cobra"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// The project's own command has to run in a pod: it finds the API server by its service account. This one takes a kubeconfig.
func newNetworkPoliciesCommand() *cobra.Command {
	var kubeconfig, node string
	command := &cobra.Command{
		Use: "kube-network-policies",
		RunE: func(command *cobra.Command, _ []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			factory := informers.NewSharedInformerFactory(client, 0)
			controller, err := networkpolicy.NewController(client, factory.Networking().V1().NetworkPolicies(),
				factory.Core().V1().Namespaces(), factory.Core().V1().Pods(), nil, nil, nil, nil,
				networkpolicy.Config{NodeName: node, QueueID: 100})
			if err != nil {
				return err
			}
			factory.Start(command.Context().Done())
			return controller.Run(command.Context())
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "how to reach the API server")
	command.Flags().StringVar(&node, "node", "", "name of the node")
	return command
}
