// Package telekom drives a running server with gophertelekomcloud, the Go library under the Open Telekom
// Cloud's Terraform provider. Its tests read the server and the identity from the library's own OS_*
// variables, as the library's acceptance tests do.
package telekom
