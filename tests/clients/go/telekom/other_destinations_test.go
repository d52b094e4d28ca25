package telekom

import (
	"testing"

	"github.com/opentelekomcloud/gophertelekomcloud/openstack/dis/v2/dump"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/dis/v2/streams"
)

const jsonSchema = `{"type":"record","name":"reading","fields":[{"name":"value","type":"double"}]}`

// The library takes only 200 for these, writes numbers as text, sends the DLI descriptor under the name of the
// MRS one and spells mrs_hdfs_path in its own way.
func TestOtherDestinations(t *testing.T) {
	client := dis(t)
	stream := named(t, "stream")
	must(t, streams.CreateStream(client, streams.CreateStreamOpts{
		StreamName: stream, PartitionCount: 1, DataType: "JSON", DataSchema: jsonSchema,
	}))
	t.Cleanup(func() { must(t, streams.DeleteStream(client, stream)) })
	bucket := newBucket(t)

	must(t, dump.CreateMRSDumpTask(client, dump.CreateMRSDumpTaskOpts{
		StreamName:      stream,
		DestinationType: "MRS",
		MRSDestinationDescriptor: dump.MRSDestinationDescriptorOpts{
			TaskName:            "hadoop",
			AgencyName:          "dis_admin_agency",
			DeliverTimeInterval: "60",
			MRSClusterName:      "cluster",
			MRSClusterID:        "fe69a732-c7d3-4b0c-8cda-ec9eca0cf141",
			MRSHdfsPatch:        "/app-logs",
			OBSBucketPath:       bucket,
		},
	}))
	must(t, dump.CreateDLIDumpTask(client, dump.CreateDLIDumpTaskOpts{
		StreamName:      stream,
		DestinationType: "DLI",
		DLIDestinationDescriptor: dump.DLIDestinationDescriptorOpts{
			TaskName:            "lake",
			AgencyName:          "dis_admin_agency",
			DeliverTimeInterval: "60",
			DLIDatabaseName:     "harbour",
			DLITableName:        "tides",
			OBSBucketPath:       bucket,
		},
	}))
	must(t, dump.CreateDWSDumpTask(client, dump.CreateDWSDumpTaskOpts{
		StreamName:      stream,
		DestinationType: "DWS",
		DWSDestinationDescriptor: dump.DWSDestinationDescriptorOpts{
			TaskName:            "warehouse",
			AgencyName:          "dis_admin_agency",
			DeliverTimeInterval: "60",
			DWSClusterName:      "cluster",
			DWSClusterID:        "92f25e3c-d7b2-4a1b-8f3d-5f1f4b9d7c11",
			DWSDatabaseName:     "harbour",
			DWSSchema:           "public",
			DWSTableName:        "tides",
			DWSDelimiter:        "|",
			UserName:            "writer",
			UserPassword:        "never-to-be-told",
			KMSUserKeyName:      "key",
			KMSUserKeyID:        "5e2a1f3c-7d41-4c37-9f6e-1a2b3c4d5e6f",
			OBSBucketPath:       bucket,
		},
	}))

	equal(t, "tasks listed", listed(t, client, stream), 3)
	hadoop := readTask(t, client, stream, "hadoop").MRSDestinationDescription
	equal(t, "MRS interval", hadoop.DeliverTimeInterval, "60")
	equal(t, "MRS cluster", hadoop.MRSClusterName, "cluster")
	lake := readTask(t, client, stream, "lake").DLIDestinationDescription
	equal(t, "DLI table", lake.DLIDatabaseName+"."+lake.DLITableName, "harbour.tides")
	warehouse := readTask(t, client, stream, "warehouse").DWSDestinationDescription
	equal(t, "DWS table", warehouse.DWSSchema+"."+warehouse.DWSTableName, "public.tides")
	equal(t, "password told", warehouse.UserPassword, "")
}
