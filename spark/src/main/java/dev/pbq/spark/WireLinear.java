package dev.pbq.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.packed.PackedBytes;
import dev.pbq.core.pipeline.FinishedLinear;
import dev.pbq.core.pipeline.LinearOutcome;
import java.io.Serializable;

/**
 * A finished linear on its way to the driver.
 *
 * @param packed its bytes ({@link PackedBytes})
 * @param outcome as JSON, as the journal has it
 */
record WireLinear(byte[] packed, String outcome) implements Serializable {
  private static final ObjectMapper JSON = new ObjectMapper();

  static WireLinear of(FinishedLinear linear) {
    try {
      return new WireLinear(
          PackedBytes.of(linear.linear()), JSON.writeValueAsString(linear.outcome()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an outcome is JSON in the journal as well", e);
    }
  }

  FinishedLinear unpack() {
    try {
      LinearOutcome found = JSON.readValue(outcome, LinearOutcome.class);
      return new FinishedLinear(PackedBytes.read(found.name(), packed), found);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an outcome is JSON in the journal as well", e);
    }
  }
}
