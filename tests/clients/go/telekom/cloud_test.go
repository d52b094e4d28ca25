package telekom

import (
	"testing"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/acceptance/clients"
)

// dis logs in with what the environment gives and takes the DIS endpoint from the catalog.
func dis(t *testing.T) *golangsdk.ServiceClient {
	t.Helper()
	client, err := clients.NewDisV2Client()
	must(t, err)
	return client
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func pointer[T any](value T) *T { return &value }
