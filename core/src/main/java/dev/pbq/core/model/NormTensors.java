package dev.pbq.core.model;

/** The tensors that the norms of a model have. */
enum NormTensors {
  /** None: the norm only scales. */
  NONE,
  /** A weight. */
  WEIGHT,
  /** A weight and a bias. */
  WEIGHT_AND_BIAS;

  /**
   * Adds the tensors of a norm to a catalogue.
   *
   * @param name of the norm, without {@code .weight}
   * @param width of what is normed
   */
  void addTo(TensorCatalog catalog, String name, int width) {
    if (this != NONE) {
      catalog.vector(name + ".weight", width);
    }
    if (this == WEIGHT_AND_BIAS) {
      catalog.vector(name + ".bias", width);
    }
  }
}
