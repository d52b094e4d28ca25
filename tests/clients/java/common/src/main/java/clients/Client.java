package clients;

import com.fasterxml.jackson.databind.JsonNode;

/** One client a test has opened. */
interface Client {
    /** Makes one call and returns what the client returned, as something JSON can hold. */
    Object call(String method, JsonNode arguments) throws Throwable;
}
