package dev.pbq.export;

import java.util.Optional;

/**
 * The result of fitting a packed layer to the format.
 *
 * @param layer it does, to the last bit, unless there is a loss
 * @param loss what is not kept; empty if everything is
 */
public record AffineFit(Optional<AffineLayer> layer, String loss) {
  static AffineFit exact(AffineLayer layer) {
    return new AffineFit(Optional.of(layer), "");
  }

  static AffineFit lossy(AffineLayer layer, String loss) {
    return new AffineFit(Optional.of(layer), loss);
  }

  static AffineFit none(String loss) {
    return new AffineFit(Optional.empty(), loss);
  }

  /** Whether every value is kept to the last bit. */
  public boolean isExact() {
    return layer.isPresent() && loss.isEmpty();
  }
}
