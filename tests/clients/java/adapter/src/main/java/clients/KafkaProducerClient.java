package clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.huaweicloud.dis.adapter.kafka.clients.producer.DISKafkaProducer;
import com.huaweicloud.dis.adapter.kafka.clients.producer.ProducerRecord;
import com.huaweicloud.dis.adapter.kafka.clients.producer.RecordMetadata;
import com.huaweicloud.dis.adapter.kafka.common.serialization.StringSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The adapter's producer, of texts. */
final class KafkaProducerClient implements Client {
    private static final long FUTURE_SECONDS_MAX = 60;

    private final DISKafkaProducer<String, String> producer;

    KafkaProducerClient(JsonNode config) {
        producer = new DISKafkaProducer<>(Json.properties(config), new StringSerializer(), new StringSerializer());
    }

    @Override
    public Object call(String method, JsonNode arguments) throws Throwable {
        return switch (method) {
            case "send" -> send(arguments.get(0).asText(), arguments.get(1));
            case "partitionsFor" -> producer.partitionsFor(arguments.get(0).asText()).size();
            case "close" -> {
                producer.close();
                yield null;
            }
            default -> throw new NoSuchMethodException(method);
        };
    }

    /** Sends records [partition or null, key or null, value] and waits for all of their answers. */
    private List<Map<String, Object>> send(String topic, JsonNode records) throws Exception {
        List<Future<RecordMetadata>> pending = new ArrayList<>();
        for (JsonNode record : records) {
            Integer partition = record.get(0).isNull() ? null : record.get(0).asInt();
            String key = record.get(1).isNull() ? null : record.get(1).asText();
            pending.add(producer.send(new ProducerRecord<>(topic, partition, key, record.get(2).asText())));
        }
        producer.flush();
        List<Map<String, Object>> sent = new ArrayList<>();
        for (Future<RecordMetadata> future : pending) {
            RecordMetadata place = future.get(FUTURE_SECONDS_MAX, TimeUnit.SECONDS);
            sent.add(Map.of("partition", place.partition(), "offset", place.offset()));
        }
        return sent;
    }
}
