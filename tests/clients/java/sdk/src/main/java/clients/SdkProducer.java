package clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.huaweicloud.dis.iface.data.request.PutRecordsRequestEntry;
import com.huaweicloud.dis.iface.data.response.PutRecordsResultEntry;
import com.huaweicloud.dis.producer.DISProducer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The SDK's batching producer. */
final class SdkProducer implements Client {
    private static final long FUTURE_SECONDS_MAX = 60;

    private final DISProducer producer;

    SdkProducer(JsonNode config) {
        producer = new DISProducer(SdkClient.config(config));
    }

    @Override
    public Object call(String method, JsonNode arguments) throws Throwable {
        return switch (method) {
            case "putRecords" -> put(arguments.get(0).asText(), arguments.get(1));
            case "close" -> {
                producer.close();
                yield null;
            }
            default -> throw new NoSuchMethodException(method);
        };
    }

    /** Hands over one record after the other and waits for all of their answers. */
    private List<PutRecordsResultEntry> put(String stream, JsonNode records) throws Exception {
        List<Future<PutRecordsResultEntry>> pending = new ArrayList<>();
        for (JsonNode record : records) {
            var entry = (PutRecordsRequestEntry) Json.read(record, PutRecordsRequestEntry.class);
            pending.add(producer.putRecordAsync(stream, entry, null));
        }
        producer.flush();
        List<PutRecordsResultEntry> results = new ArrayList<>();
        for (Future<PutRecordsResultEntry> result : pending) {
            results.add(result.get(FUTURE_SECONDS_MAX, TimeUnit.SECONDS));
        }
        return results;
    }
}
