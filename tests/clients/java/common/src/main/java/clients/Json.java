package clients;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Iterator;
import java.util.Map;
import java.util.Properties;

/** JSON as the clients' own request and result types are annotated. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static JsonNode parse(String text) throws IOException {
        return MAPPER.readTree(text);
    }

    static String text(Object value) throws JsonProcessingException {
        return MAPPER.writeValueAsString(value);
    }

    static JsonNode tree(Object value) {
        return value == null ? NullNode.getInstance() : MAPPER.valueToTree(value);
    }

    static Object read(JsonNode node, Type type) {
        JavaType wanted = MAPPER.constructType(type);
        Object value = MAPPER.convertValue(node, wanted);
        requireAll(node, tree(value));
        return value;
    }

    /** The clients' types silently drop a member they do not have: that is a slip of the test. */
    private static void requireAll(JsonNode given, JsonNode taken) {
        for (Map.Entry<String, JsonNode> member : members(given)) {
            if (!taken.has(member.getKey())) {
                throw new IllegalArgumentException("the client knows no " + member.getKey());
            }
            requireAll(member.getValue(), taken.get(member.getKey()));
        }
        for (int index = 0; given.isArray() && index < given.size(); index++) {
            requireAll(given.get(index), taken.get(index));
        }
    }

    static Properties properties(JsonNode config) {
        Properties properties = new Properties();
        for (Map.Entry<String, JsonNode> entry : members(config)) {
            properties.setProperty(entry.getKey(), entry.getValue().asText());
        }
        return properties;
    }

    static Iterable<Map.Entry<String, JsonNode>> members(JsonNode object) {
        Iterator<Map.Entry<String, JsonNode>> members = object.fields();
        return () -> members;
    }
}
