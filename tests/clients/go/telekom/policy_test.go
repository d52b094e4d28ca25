package telekom

import (
	"testing"

	"github.com/opentelekomcloud/gophertelekomcloud/openstack/dis/v2/streams"
)

// The account that the tests log in to, with all its users.
const everyUser = "local.*"

// An account is let in to write; the library's acceptance test has this part commented out.
func TestPolicies(t *testing.T) {
	client := dis(t)
	name := named(t, "stream")
	must(t, streams.CreateStream(client, streams.CreateStreamOpts{StreamName: name, PartitionCount: 1}))
	t.Cleanup(func() { must(t, streams.DeleteStream(client, name)) })

	id := read(t, client, name).StreamId
	must(t, streams.CreatePolicyRule(client, streams.CreatePolicyRuleOpts{
		StreamName:    name,
		StreamId:      id,
		PrincipalName: everyUser,
		ActionType:    "putRecords",
		Effect:        "accept",
	}))
	told, err := streams.GetPolicyRule(client, name)
	must(t, err)
	equal(t, "stream", told.StreamId, id)
	equal(t, "number of rules", len(told.Rules), 1)
	equal(t, "who", told.Rules[0].PrincipalName, everyUser)
	equal(t, "what", told.Rules[0].ActionType, "putRecords")
	equal(t, "effect", told.Rules[0].Effect, "accept")
}
