package clients;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes the calls a test asks for with the real clients: one JSON request a line on standard input, one JSON answer a
 * line on standard output, in the same order.
 *
 * <p>{@code {"open": KIND, "as": NAME, "config": {..}}} makes a client; {@code {"on": NAME, "call": METHOD,
 * "arguments": [..]}} calls it. The answer is {@code {"result": ..}} or {@code {"error": {..}}}. Ends with its input.
 */
public final class Main {
    private final Map<String, Client> clients = new HashMap<>();

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // the clients print now and then
        Main main = new Main();
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(main.answer(line));
        }
        Runtime.getRuntime().halt(0); // clients leave threads behind
    }

    private String answer(String line) throws IOException {
        try {
            return Json.text(Map.of("result", Json.tree(handle(Json.parse(line)))));
        } catch (Throwable failure) {
            return Json.text(Map.of("error", Failures.describe(failure)));
        }
    }

    private Object handle(JsonNode request) throws Throwable {
        if (request.has("open")) {
            clients.put(request.get("as").asText(), open(request));
            return null;
        }
        Client client = clients.get(request.get("on").asText());
        return client.call(request.get("call").asText(), request.get("arguments"));
    }

    private static Client open(JsonNode request) {
        JsonNode config = request.get("config");
        return switch (request.get("open").asText()) {
            case "sdk" -> SdkClient.blocking(config);
            case "sdk-async" -> SdkClient.async(config);
            case "sdk-non-blocking" -> SdkClient.nonBlocking(config);
            case "sdk-producer" -> new SdkProducer(config);
            case "kafka-producer" -> new KafkaProducerClient(config);
            case "kafka-consumer" -> new KafkaConsumerClient(config);
            default -> throw new IllegalArgumentException("no such kind of client: " + request);
        };
    }
}
