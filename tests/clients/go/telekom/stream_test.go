package telekom

import (
	"errors"
	"strings"
	"testing"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/common/tags"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/dis/v2/streams"
)

// The life of the provider's stream resource: create, read in pages, scale, read again, tag, delete.
func TestStreamResource(t *testing.T) {
	client := dis(t)
	name := named(t, "stream")
	must(t, streams.CreateStream(client, streams.CreateStreamOpts{
		StreamName:                 name,
		PartitionCount:             2,
		StreamType:                 "COMMON",
		DataType:                   "BLOB",
		DataDuration:               pointer(48),
		CompressionFormat:          "gzip",
		AutoScaleEnabled:           pointer(true),
		AutoScaleMinPartitionCount: pointer(1),
		AutoScaleMaxPartitionCount: pointer(6),
		Tags:                       []tags.ResourceTag{{Key: "team", Value: "tide"}, {Key: "empty"}},
	}))

	made := read(t, client, name)
	equal(t, "status", made.Status, "RUNNING")
	equal(t, "type", made.StreamType, "COMMON")
	equal(t, "data type", made.DataType, "BLOB")
	equal(t, "retention", *made.RetentionPeriod, 48)
	equal(t, "compression", made.CompressionFormat, "gzip")
	equal(t, "least partitions", *made.AutoScaleMinPartitionCount, 1)
	equal(t, "most partitions", *made.AutoScaleMaxPartitionCount, 6)
	equal(t, "partitions, read two by two", len(partitions(t, client, name)), 2)
	equal(t, "tags", tagged(made)["team"], "tide")
	equal(t, "tags", len(made.Tags), 2)

	must(t, streams.UpdatePartitionCount(client, streams.UpdatePartitionCountOpts{
		StreamName: name, TargetPartitionCount: 5,
	}))
	scaled := read(t, client, name)
	equal(t, "writable partitions", *scaled.WritablePartitionCount, 5)
	equal(t, "readable partitions", *scaled.ReadablePartitionCount, 5)
	equal(t, "scalings told", len(scaled.UpdatePartitionCounts), 1)
	equal(t, "scaled to", *scaled.UpdatePartitionCounts[0].TargetPartitionCount, 5)
	equal(t, "partitions, read two by two", len(partitions(t, client, name)), 5)

	must(t, streams.DeleteStream(client, name))
	_, err := streams.GetStream(client, streams.GetStreamOpts{StreamName: name})
	var refused golangsdk.ErrDefault400
	if !errors.As(err, &refused) || !strings.Contains(string(refused.Body), "DIS.4301") {
		t.Fatalf("a deleted stream answers %v", err)
	}
}

// Tags are changed by the stream's id, the old ones taken off before the new ones are put on.
func TestStreamTags(t *testing.T) {
	client := dis(t)
	name := named(t, "stream")
	must(t, streams.CreateStream(client, streams.CreateStreamOpts{
		StreamName: name, PartitionCount: 1, Tags: []tags.ResourceTag{{Key: "old", Value: "1"}},
	}))
	t.Cleanup(func() { must(t, streams.DeleteStream(client, name)) })

	id := read(t, client, name).StreamId
	must(t, tags.Delete(client, "stream", id, []tags.ResourceTag{{Key: "old", Value: "1"}}).ExtractErr())
	must(t, tags.Create(client, "stream", id, []tags.ResourceTag{{Key: "new", Value: "2"}}).ExtractErr())
	listed, err := tags.Get(client, "stream", id).Extract()
	must(t, err)
	equal(t, "number of tags", len(listed), 1)
	equal(t, "tag", listed[0], tags.ResourceTag{Key: "new", Value: "2"})
	equal(t, "tag in the stream", tagged(read(t, client, name))["new"], "2")
}

func read(t *testing.T, client *golangsdk.ServiceClient, name string) *streams.DescribeStreamResponse {
	t.Helper()
	stream, err := streams.GetStream(client, streams.GetStreamOpts{StreamName: name})
	must(t, err)
	return stream
}

// partitions asks for two at a time, from the last one seen on.
func partitions(t *testing.T, client *golangsdk.ServiceClient, name string) []streams.PartitionResult {
	t.Helper()
	options := streams.GetStreamOpts{StreamName: name, LimitPartitions: pointer(2)}
	var all []streams.PartitionResult
	for {
		page, err := streams.GetStream(client, options)
		must(t, err)
		all = append(all, page.Partitions...)
		if !*page.HasMorePartitions {
			return all
		}
		options.StartPartitionId = all[len(all)-1].PartitionId
	}
}

func tagged(stream *streams.DescribeStreamResponse) map[string]string {
	all := map[string]string{}
	for _, tag := range stream.Tags {
		all[tag.Key] = tag.Value
	}
	return all
}
