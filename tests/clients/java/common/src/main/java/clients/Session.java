package clients;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Makes the calls a test asks for with real clients: one JSON request a line on standard input, one JSON answer a
 * line on standard output, in the same order.
 *
 * <p>{@code {"open": KIND, "as": NAME, "config": {..}}} makes a client; {@code {"on": NAME, "call": METHOD,
 * "arguments": [..]}} calls it. The answer is {@code {"result": ..}} or {@code {"error": {..}}}. Ends with its input.
 */
final class Session {
    private final Map<String, Client> clients = new HashMap<>();
    private final BiFunction<String, JsonNode, Client> opener;

    private Session(BiFunction<String, JsonNode, Client> opener) {
        this.opener = opener;
    }

    /** Serves standard input; {@code opener} makes a client of a kind from its configuration. */
    static void run(BiFunction<String, JsonNode, Client> opener) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // the clients print now and then
        Session session = new Session(opener);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(session.answer(line));
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
            Client client = opener.apply(request.get("open").asText(), request.get("config"));
            clients.put(request.get("as").asText(), client);
            return null;
        }
        Client client = clients.get(request.get("on").asText());
        return client.call(request.get("call").asText(), request.get("arguments"));
    }
}
