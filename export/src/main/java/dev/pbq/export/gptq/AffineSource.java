package dev.pbq.export.gptq;

import dev.pbq.export.ExportSource;
import java.util.Map;
import java.util.Optional;

/** The packed layers of a source as affine ones; the one used last is kept. Not thread-safe. */
final class AffineSource {
  private final ExportSource source;
  private Optional<Map.Entry<String, AffineFit>> last = Optional.empty();

  AffineSource(ExportSource source) {
    this.source = source;
  }

  /** A layer's fit, by the name of its weight. */
  AffineFit fit(String weight) {
    if (last.isEmpty() || !last.get().getKey().equals(weight)) {
      last = Optional.of(Map.entry(weight, AffineLayers.of(source.packed(weight).orElseThrow())));
    }
    return last.get().getValue();
  }

  /** A layer that fits. */
  AffineLayer layer(String weight) {
    return fit(weight).layer().orElseThrow();
  }
}
