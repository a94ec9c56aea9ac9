package dev.pbq.core.pipeline;

import dev.pbq.core.PbqException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The fingerprint of a run: everything that its result depends on, part by part, so that a refusal
 * to resume can name what changed.
 *
 * @param parts name of the part (weights, calibration, settings, format) to its sha256 or value
 */
record Fingerprint(Map<String, String> parts) {
  Fingerprint {
    parts = new LinkedHashMap<>(parts);
  }

  /** Refuses to resume what was begun with another fingerprint. */
  void requireSame(Fingerprint found, Path workDirectory) {
    List<String> differing = new ArrayList<>();
    parts.forEach(
        (name, value) -> {
          if (!value.equals(found.parts.get(name))) {
            differing.add(name);
          }
        });
    if (!differing.isEmpty() || parts.size() != found.parts.size()) {
      throw PbqException.setting(
          "cannot resume %s: it was begun with other %s (repeat the first command's options, or"
              + " start again with {force})",
          workDirectory, String.join(", ", differing));
    }
  }
}
