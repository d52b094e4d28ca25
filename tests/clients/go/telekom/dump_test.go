package telekom

import (
	"testing"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/acceptance/clients"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/dis/v2/dump"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/dis/v2/streams"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/obs"
)

// What the library's own acceptance test of dump tasks does where it does not skip itself: a bucket, a task,
// stopped and started, listed and deleted.
func TestDumpTaskResource(t *testing.T) {
	client := dis(t)
	stream := named(t, "stream")
	must(t, streams.CreateStream(client, streams.CreateStreamOpts{StreamName: stream, PartitionCount: 3}))
	t.Cleanup(func() { must(t, streams.DeleteStream(client, stream)) })
	bucket := newBucket(t)

	task := named(t, "task")
	must(t, dump.CreateOBSDumpTask(client, dump.CreateOBSDumpTaskOpts{
		StreamName:      stream,
		DestinationType: "OBS",
		OBSDestinationDescriptor: dump.OBSDestinationDescriptorOpts{
			TaskName:            task,
			AgencyName:          "dis_admin_agency",
			ConsumerStrategy:    "LATEST",
			DestinationFileType: "text",
			OBSBucketPath:       bucket,
			PartitionFormat:     "yyyy/MM/dd/HH/mm",
			RecordDelimiter:     "|",
			DeliverTimeInterval: pointer(30),
		},
	}))

	made := readTask(t, client, stream, task)
	equal(t, "stream", made.StreamName, stream)
	equal(t, "task", made.TaskName, task)
	equal(t, "destination", made.DestinationType, "OBS")
	equal(t, "state", made.State, "RUNNING")
	equal(t, "partitions", len(made.Partitions), 3)
	told := made.OBSDestinationDescription
	equal(t, "interval", *told.DeliverTimeInterval, 30)
	told.DeliverTimeInterval = nil
	equal(t, "descriptor", told, dump.OBSDestinationDescriptorOpts{
		AgencyName:          "dis_admin_agency",
		ConsumerStrategy:    "LATEST",
		DestinationFileType: "text",
		OBSBucketPath:       bucket,
		PartitionFormat:     "yyyy/MM/dd/HH/mm",
		RecordDelimiter:     "|",
	})

	for _, step := range []struct{ action, state string }{{"stop", "PAUSED"}, {"start", "RUNNING"}} {
		must(t, dump.TransferTaskAction(client, dump.TransferTaskActionOpts{
			StreamName: stream, Action: step.action, Tasks: []dump.BatchTransferTask{{Id: made.TaskId}},
		}))
		equal(t, "state after "+step.action, readTask(t, client, stream, task).State, step.state)
	}

	equal(t, "tasks listed", listed(t, client, stream), 1)
	must(t, dump.DeleteTransferTask(client, dump.DeleteTransferTaskOpts{StreamName: stream, TaskName: task}))
	equal(t, "tasks listed after the delete", listed(t, client, stream), 0)
}

// newBucket makes a bucket with a temporary key that the library takes for its token.
func newBucket(t *testing.T) string {
	t.Helper()
	client, err := clients.NewOBSClient()
	must(t, err)
	name := named(t, "bucket")
	_, err = client.CreateBucket(&obs.CreateBucketInput{Bucket: name})
	must(t, err)
	t.Cleanup(func() {
		_, err := client.DeleteBucket(name)
		must(t, err)
	})
	return name
}

func readTask(t *testing.T, client *golangsdk.ServiceClient, stream, task string) *dump.GetTransferTaskResponse {
	t.Helper()
	found, err := dump.GetTransferTask(client, dump.GetTransferTaskOpts{StreamName: stream, TaskName: task})
	must(t, err)
	return found
}

func listed(t *testing.T, client *golangsdk.ServiceClient, stream string) int {
	t.Helper()
	tasks, err := dump.ListTransferTasks(client, stream)
	must(t, err)
	equal(t, "number told and number listed", *tasks.TotalNumber, len(tasks.Tasks))
	return len(tasks.Tasks)
}
