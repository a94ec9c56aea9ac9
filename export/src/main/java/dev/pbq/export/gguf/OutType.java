package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The types that the user can ask for linears.
 *
 * @param type empty for {@code auto}: each layer in the smallest type that holds it exactly
 */
record OutType(Optional<GgufType> type) {
  static final String AUTO = "auto";

  /**
   * @throws PbqException USAGE if there is no such type
   */
  static OutType parse(String name) {
    if (name.equalsIgnoreCase(AUTO)) {
      return new OutType(Optional.empty());
    }
    return new OutType(
        Optional.of(
            GgufType.of(name)
                .orElseThrow(
                    () ->
                        PbqException.setting(
                            "{outtype} %s is not one of auto, %s",
                            name,
                            Arrays.stream(GgufType.values())
                                .map(GgufType::label)
                                .collect(Collectors.joining(", "))))));
  }

  boolean isAuto() {
    return type.isEmpty();
  }
}
