package dev.pbq.export;

import dev.pbq.core.tensor.DType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The packed layers of a source as affine ones; the one used last is kept. Not thread-safe. */
public final class AffineSource {
  private final ExportSource source;
  private final AffineLayers layers;
  private Optional<Map.Entry<String, AffineFit>> last = Optional.empty();

  /**
   * Layers for a layout.
   *
   * @param source not owned
   * @param widths of codes that the layout has, in bits
   * @param scales the type that it stores scales in: F16, BF16 or F32
   */
  public AffineSource(ExportSource source, Set<Integer> widths, DType scales) {
    this.source = source;
    this.layers = new AffineLayers(new TreeSet<>(widths), scales);
  }

  /** A layer's fit, by the name of its weight. */
  public AffineFit fit(String weight) {
    if (last.isEmpty() || !last.get().getKey().equals(weight)) {
      last = Optional.of(Map.entry(weight, layers.of(source.packed(weight).orElseThrow())));
    }
    return last.get().getValue();
  }

  /** A layer of which {@link #fit} has one. */
  public AffineLayer layer(String weight) {
    return fit(weight).layer().orElseThrow();
  }
}
