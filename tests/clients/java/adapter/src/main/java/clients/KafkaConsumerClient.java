package clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.huaweicloud.dis.adapter.kafka.clients.consumer.ConsumerRecord;
import com.huaweicloud.dis.adapter.kafka.clients.consumer.DISKafkaConsumer;
import com.huaweicloud.dis.adapter.kafka.clients.consumer.OffsetAndMetadata;
import com.huaweicloud.dis.adapter.kafka.clients.consumer.OffsetAndTimestamp;
import com.huaweicloud.dis.adapter.kafka.common.TopicPartition;
import com.huaweicloud.dis.adapter.kafka.common.serialization.StringDeserializer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The adapter's consumer, of texts. A partition is written {@code "topic/number"}. */
final class KafkaConsumerClient implements Client {
    private static final long COMMIT_SECONDS_MAX = 30;

    private final DISKafkaConsumer<String, String> consumer;

    KafkaConsumerClient(JsonNode config) {
        consumer = new DISKafkaConsumer<>(Json.properties(config), new StringDeserializer(), new StringDeserializer());
    }

    @Override
    public Object call(String method, JsonNode arguments) throws Throwable {
        JsonNode first = arguments.path(0);
        return switch (method) {
            case "poll" -> poll(first.asLong());
            case "assignment" -> texts(consumer.assignment());
            case "position" -> consumer.position(partition(first.asText()));
            case "committed" -> offset(consumer.committed(partition(first.asText())));
            case "beginningOffsets" -> byText(consumer.beginningOffsets(partitions(first)));
            case "endOffsets" -> byText(consumer.endOffsets(partitions(first)));
            case "offsetsForTimes" -> offsetsForTimes(first);
            case "listTopics" -> new ArrayList<>(consumer.listTopics().keySet());
            case "partitionsFor" -> consumer.partitionsFor(first.asText()).size();
            default -> {
                order(method, first, arguments);
                yield null;
            }
        };
    }

    /** The calls that answer nothing. */
    private void order(String method, JsonNode first, JsonNode arguments) throws Exception {
        switch (method) {
            case "subscribe" -> consumer.subscribe(strings(first));
            case "subscribePattern" -> consumer.subscribe(Pattern.compile(first.asText()), new IgnoredRebalances());
            case "assign" -> consumer.assign(partitions(first));
            case "seek" -> consumer.seek(partition(first.asText()), arguments.get(1).asLong());
            case "seekToBeginning" -> consumer.seekToBeginning(partitions(first));
            case "seekToEnd" -> consumer.seekToEnd(partitions(first));
            case "commitSync" -> commit(first);
            case "commitAsync" -> commitAndWait(first);
            case "unsubscribe" -> consumer.unsubscribe();
            case "close" -> consumer.close();
            default -> throw new NoSuchMethodException(method);
        }
    }

    private List<Map<String, Object>> poll(long milliseconds) {
        List<Map<String, Object>> found = new ArrayList<>();
        for (ConsumerRecord<String, String> record : consumer.poll(milliseconds)) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("partition", record.topic() + "/" + record.partition());
            entry.put("offset", record.offset());
            entry.put("key", record.key());
            entry.put("value", record.value());
            entry.put("timestamp", record.timestamp());
            found.add(entry);
        }
        return found;
    }

    /** Commits what was polled, or the given places. The adapter only logs what is refused here. */
    private void commit(JsonNode places) {
        if (places.isMissingNode()) {
            consumer.commitSync();
        } else {
            consumer.commitSync(places(places));
        }
    }

    /** Commits the given places and throws what the adapter hands to its callback. */
    private void commitAndWait(JsonNode places) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        consumer.commitAsync(places(places), (offsets, refusal) -> {
            if (refusal == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(refusal);
            }
        });
        done.get(COMMIT_SECONDS_MAX, TimeUnit.SECONDS);
    }

    private static Map<TopicPartition, OffsetAndMetadata> places(JsonNode places) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Json.members(places).forEach(
                place -> offsets.put(partition(place.getKey()), new OffsetAndMetadata(place.getValue().asLong())));
        return offsets;
    }

    private Map<String, Object> offsetsForTimes(JsonNode times) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        Json.members(times).forEach(time -> wanted.put(partition(time.getKey()), time.getValue().asLong()));
        Map<String, Object> found = new TreeMap<>();
        for (Map.Entry<TopicPartition, OffsetAndTimestamp> entry : consumer.offsetsForTimes(wanted).entrySet()) {
            OffsetAndTimestamp place = entry.getValue();
            found.put(text(entry.getKey()), Map.of("offset", place.offset(), "timestamp", place.timestamp()));
        }
        return found;
    }

    private static Long offset(OffsetAndMetadata committed) {
        return committed == null ? null : committed.offset();
    }

    private static TopicPartition partition(String text) {
        int slash = text.lastIndexOf('/');
        return new TopicPartition(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
    }

    private static String text(TopicPartition partition) {
        return partition.topic() + "/" + partition.partition();
    }

    private static List<String> texts(Collection<TopicPartition> partitions) {
        return partitions.stream().map(KafkaConsumerClient::text).sorted().toList();
    }

    private static Map<String, Long> byText(Map<TopicPartition, Long> offsets) {
        Map<String, Long> found = new TreeMap<>();
        offsets.forEach((partition, offset) -> found.put(text(partition), offset));
        return found;
    }

    private static List<TopicPartition> partitions(JsonNode texts) {
        return strings(texts).stream().map(KafkaConsumerClient::partition).toList();
    }

    private static List<String> strings(JsonNode texts) {
        List<String> found = new ArrayList<>();
        texts.forEach(text -> found.add(text.asText()));
        return found;
    }
}
