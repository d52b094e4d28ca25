package clients;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Drives huaweicloud-dis-kafka-adapter. */
public final class AdapterMain {
    private AdapterMain() {}

    public static void main(String[] arguments) throws IOException {
        Session.run(AdapterMain::open);
    }

    private static Client open(String kind, JsonNode config) {
        return switch (kind) {
            case "kafka-producer" -> new KafkaProducerClient(config);
            case "kafka-consumer" -> new KafkaConsumerClient(config);
            default -> throw new IllegalArgumentException("no such kind of client: " + kind);
        };
    }
}
