package clients;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** What a client threw: its type, its text and whatever numbers it took out of the server's text. */
final class Failures {
    private Failures() {}

    static Map<String, Object> describe(Throwable failure) {
        Throwable thrown = unwrapped(failure);
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("type", thrown.getClass().getSimpleName());
        found.put("message", String.valueOf(thrown.getMessage()));
        found.put("at", String.valueOf(thrown.getStackTrace().length > 0 ? thrown.getStackTrace()[0] : ""));
        for (Method method : thrown.getClass().getDeclaredMethods()) {
            String name = method.getName();
            if (name.startsWith("get") && method.getParameterCount() == 0) {
                found.put(Character.toLowerCase(name.charAt(3)) + name.substring(4), read(method, thrown));
            }
        }
        return found;
    }

    private static Throwable unwrapped(Throwable failure) {
        boolean wraps = failure instanceof InvocationTargetException || failure instanceof ExecutionException;
        return wraps && failure.getCause() != null ? unwrapped(failure.getCause()) : failure;
    }

    private static Object read(Method method, Throwable thrown) {
        try {
            return method.invoke(thrown);
        } catch (ReflectiveOperationException unreadable) {
            return null;
        }
    }
}
