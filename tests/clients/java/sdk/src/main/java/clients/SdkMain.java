package clients;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Drives huaweicloud-sdk-java-dis. */
public final class SdkMain {
    private SdkMain() {}

    public static void main(String[] arguments) throws IOException {
        Session.run(SdkMain::open);
    }

    private static Client open(String kind, JsonNode config) {
        return switch (kind) {
            case "sdk" -> SdkClient.blocking(config);
            case "sdk-async" -> SdkClient.async(config);
            case "sdk-non-blocking" -> SdkClient.nonBlocking(config);
            case "sdk-producer" -> new SdkProducer(config);
            default -> throw new IllegalArgumentException("no such kind of client: " + kind);
        };
    }
}
