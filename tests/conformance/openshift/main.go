// Answers what OpenShift's own admission makes of pods: one request a line in, one answer a line out. It is built inside
// of a checkout of openshift/apiserver-library-go, which brings everything that it needs.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sort"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	core "k8s.io/kubernetes/pkg/apis/core"
	conversion "k8s.io/kubernetes/pkg/apis/core/v1"

	securityv1 "github.com/openshift/api/security/v1"
	"github.com/openshift/apiserver-library-go/pkg/securitycontextconstraints/sccdefaults"
	"github.com/openshift/apiserver-library-go/pkg/securitycontextconstraints/sccmatching"
	sccsort "github.com/openshift/apiserver-library-go/pkg/securitycontextconstraints/util/sort"
)

type request struct {
	Constraints []*securityv1.SecurityContextConstraints `json:"constraints"`
	Pod         corev1.Pod                               `json:"pod"`
	Annotations map[string]string                        `json:"annotations"`
}

type answer struct {
	Order    []string               `json:"order"`
	Admitted map[string]*corev1.Pod `json:"admitted"`
	Refused  map[string]string      `json:"refused"`
}

func main() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	decoder := json.NewDecoder(lines)
	for decoder.More() {
		var asked request
		if err := decoder.Decode(&asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := out.Encode(answered(&asked)); err != nil {
			os.Exit(1)
		}
	}
}

func answered(asked *request) answer {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Annotations: asked.Annotations}}
	found := answer{Admitted: map[string]*corev1.Pod{}, Refused: map[string]string{}}
	for _, one := range asked.Constraints {
		sccdefaults.SetDefaults_SCC(one)
	}
	sort.Sort(sccsort.ByPriority(asked.Constraints))
	for _, one := range asked.Constraints {
		found.Order = append(found.Order, one.Name)
		pod, err := assigned(namespace, one, asked.Pod.DeepCopy())
		if err != nil {
			found.Refused[one.Name] = err.Error()
		} else {
			found.Admitted[one.Name] = pod
		}
	}
	return found
}

func assigned(namespace *corev1.Namespace, one *securityv1.SecurityContextConstraints, pod *corev1.Pod) (*corev1.Pod, error) {
	provider, err := sccmatching.CreateProviderFromConstraint(namespace, one)
	if err != nil {
		return nil, err
	}
	var internal core.Pod
	if err := conversion.Convert_v1_Pod_To_core_Pod(pod, &internal, nil); err != nil {
		return nil, err
	}
	if errs := sccmatching.AssignSecurityContext(provider, &internal, field.NewPath("")); len(errs) > 0 {
		return nil, errs.ToAggregate()
	}
	var result corev1.Pod
	if err := conversion.Convert_core_Pod_To_v1_Pod(&internal, &result, nil); err != nil {
		return nil, err
	}
	return &result, nil
}
