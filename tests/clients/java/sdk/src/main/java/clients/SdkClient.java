package clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.huaweicloud.dis.DISClient;
import com.huaweicloud.dis.DISClientAsync;
import com.huaweicloud.dis.DISClientAsync2;
import com.huaweicloud.dis.DISConfig;
import java.lang.reflect.Method;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One of the SDK's three clients: every public method that takes one request is a call. */
final class SdkClient implements Client {
    private static final long FUTURE_SECONDS_MAX = 60;

    private final Object client;

    private SdkClient(Object client) {
        this.client = client;
    }

    static SdkClient blocking(JsonNode config) {
        return new SdkClient(new DISClient(config(config)));
    }

    /** Futures over threads. */
    static SdkClient async(JsonNode config) {
        return new SdkClient(new DISClientAsync(config(config)));
    }

    /** Futures over non-blocking sockets: another HTTP client. */
    static SdkClient nonBlocking(JsonNode config) {
        return new SdkClient(new DISClientAsync2(config(config)));
    }

    static DISConfig config(JsonNode settings) {
        DISConfig config = new DISConfig();
        config.putAll(Json.properties(settings));
        return config;
    }

    @Override
    public Object call(String method, JsonNode arguments) throws Throwable {
        Method found = find(method);
        Object request = Json.read(arguments.get(0), found.getGenericParameterTypes()[0]);
        Object result = found.invoke(client, request);
        return result instanceof Future<?> future ? future.get(FUTURE_SECONDS_MAX, TimeUnit.SECONDS) : result;
    }

    private Method find(String name) throws NoSuchMethodException {
        for (Method method : client.getClass().getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == 1) {
                return method;
            }
        }
        throw new NoSuchMethodException(name);
    }
}
