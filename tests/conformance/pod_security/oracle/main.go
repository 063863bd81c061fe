// The oracle answers, for every manifest on its standard input (one JSON document a line), what Pod Security admission
// says: one character for every policy version from v1.0 to the newest, and one more for "latest".
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

const (
	newestMinor = 37
	allowed     = '1'
	forbidden   = '0'
	absent      = '-' // the version has no such check
)

// answer holds one string per level and per check, each with one character for a version.
type answer struct {
	Baseline   string            `json:"baseline"`
	Restricted string            `json:"restricted"`
	Checks     map[string]string `json:"checks"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if err := nothingNewer(policy.DefaultChecks()); err != nil {
		return err
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	decoder := serializer.NewCodecFactory(scheme).UniversalDeserializer()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		object, _, err := decoder.Decode(in.Bytes(), nil, nil)
		if err != nil {
			return fmt.Errorf("%w: %s", err, in.Bytes())
		}
		metadata, spec, err := admission.DefaultPodSpecExtractor{}.ExtractPodSpec(object)
		if err != nil {
			return err
		}
		fillVolumes(spec)
		if err := out.Encode(judge(evaluator, metadata, spec)); err != nil {
			return err
		}
	}
	return in.Err()
}

// nothingNewer refuses a module that knows of a version beyond the newest that is asked about here.
func nothingNewer(checks []policy.Check) error {
	newest := api.MajorMinorVersion(1, newestMinor)
	for _, check := range checks {
		for _, body := range check.Versions {
			if newest.Older(body.MinimumVersion) {
				return fmt.Errorf("check %s changes at %s; raise newestMinor", check.ID, body.MinimumVersion.String())
			}
		}
	}
	return nil
}

// fillVolumes gives every volume without a source the one that the API server gives it before admission looks.
func fillVolumes(spec *corev1.PodSpec) {
	for i := range spec.Volumes {
		if spec.Volumes[i].VolumeSource == (corev1.VolumeSource{}) {
			spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
}

func judge(evaluator policy.Evaluator, metadata *metav1.ObjectMeta, spec *corev1.PodSpec) answer {
	level := func(level api.Level) string {
		return everyVersion(func(version api.Version) rune {
			results := evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, metadata, spec)
			return letter(policy.AggregateCheckResults(results).Allowed)
		})
	}
	result := answer{level(api.LevelBaseline), level(api.LevelRestricted), map[string]string{}}
	for _, check := range policy.DefaultChecks() {
		result.Checks[string(check.ID)] = everyVersion(func(version api.Version) rune {
			ask := bodyAt(check, version)
			if ask == nil {
				return absent
			}
			return letter(ask(metadata, spec).Allowed)
		})
	}
	return result
}

// bodyAt returns the newest body of a check that is not newer than the version.
func bodyAt(check policy.Check, version api.Version) policy.CheckPodFn {
	var ask policy.CheckPodFn
	for _, body := range check.Versions {
		if !version.Older(body.MinimumVersion) {
			ask = body.CheckPod
		}
	}
	return ask
}

func everyVersion(ask func(api.Version) rune) string {
	letters := make([]rune, 0, newestMinor+2)
	for minor := 0; minor <= newestMinor; minor++ {
		letters = append(letters, ask(api.MajorMinorVersion(1, minor)))
	}
	return string(append(letters, ask(api.LatestVersion())))
}

func letter(ok bool) rune {
	if ok {
		return allowed
	}
	return forbidden
}
