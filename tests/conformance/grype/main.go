// Writes a database for grype from the lines of JSON on its input, with grype's own writer.
//
// usage: oracle FOLDER
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
)

// A row is one hole of one package of Debian 13, or, without a name, the end of a release of Debian.
type row struct {
	Name, Package, Severity, Fixed, State, Date, Kind, Exploited, Release string
}

func main() {
	if err := write(os.Args[1], os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(folder string, input io.Reader) error {
	store, err := v6.NewWriter(v6.Config{DBDirPath: folder})
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	provider := &v6.Provider{ID: "debian", Version: "1", Processor: "test", DateCaptured: &now, InputDigest: "x"}
	kev := &v6.Provider{ID: "kev", Version: "1", Processor: "test", DateCaptured: &now, InputDigest: "x"}
	if err := store.AddProvider(*provider); err != nil {
		return err
	}
	if err := store.AddProvider(*kev); err != nil {
		return err
	}
	debian := &v6.OperatingSystem{Name: "debian", ReleaseID: "debian", MajorVersion: "13", Codename: "trixie"}
	decoder := json.NewDecoder(input)
	for {
		var one row
		if err := decoder.Decode(&one); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if err := add(store, one, provider, debian); err != nil {
			return err
		}
	}
	return store.Close()
}

func add(store v6.ReadWriter, one row, provider *v6.Provider, system *v6.OperatingSystem) error {
	if one.Name == "" {
		_, err := store.UpdateOperatingSystemEOL(v6.OSSpecifier{Name: "debian", MajorVersion: one.Release}, day(one.Date), nil)
		return err
	}
	fix := &v6.Fix{Version: one.Fixed, State: v6.FixStatus(one.State)}
	if one.Date != "" {
		fix.Detail = &v6.FixDetail{Available: &v6.FixAvailability{Date: day(one.Date), Kind: one.Kind}}
	}
	constraint := ""
	if one.Fixed != "" {
		constraint = "< " + one.Fixed
	}
	hole := &v6.VulnerabilityHandle{
		Name: one.Name, Status: v6.VulnerabilityActive, ProviderID: provider.ID, Provider: provider,
		BlobValue: &v6.VulnerabilityBlob{
			ID:         strings.ToLower(one.Name),
			Severities: []v6.Severity{{Scheme: v6.SeveritySchemeCHMLN, Value: one.Severity, Rank: 1}},
		},
	}
	if err := store.AddVulnerabilities(hole); err != nil {
		return err
	}
	err := store.AddAffectedPackages(&v6.AffectedPackageHandle{
		VulnerabilityID: hole.ID, Vulnerability: hole, OperatingSystem: system,
		Package: &v6.Package{Ecosystem: "deb", Name: one.Package},
		BlobValue: &v6.PackageBlob{
			CVEs:   []string{one.Name},
			Ranges: []v6.Range{{Version: v6.Version{Type: "dpkg", Constraint: constraint}, Fix: fix}},
		},
	})
	if err == nil && one.Exploited != "" {
		err = store.AddKnownExploitedVulnerabilities(&v6.KnownExploitedVulnerabilityHandle{
			Cve:       one.Name,
			BlobValue: &v6.KnownExploitedVulnerabilityBlob{Cve: one.Name, DateAdded: day(one.Exploited)},
		})
	}
	return err
}

func day(text string) *time.Time {
	found, err := time.Parse("2006-01-02", text)
	if err != nil {
		panic(err)
	}
	return &found
}
