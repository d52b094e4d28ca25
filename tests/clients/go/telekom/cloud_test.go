package telekom

import (
	"os"
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

// named is a name for one thing of this test, from the one that the caller made up and nobody used before.
func named(t *testing.T, kind string) string {
	t.Helper()
	base := os.Getenv("TIDEMILL_TEST_NAME")
	if base == "" {
		t.Fatal("TIDEMILL_TEST_NAME is what the names of this test begin with")
	}
	return base + "-" + kind
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
