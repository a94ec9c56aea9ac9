package dev.pbq.kernels.decoder;

import dev.pbq.core.model.SublayerOutline;

/** What a block keeps of the tokens so far. */
sealed interface Memory permits KeyValues, DeltaState {
  /** Bytes that are held now. */
  long bytes();

  /** An empty one for a block's attention. */
  static Memory of(SublayerOutline attention) {
    if (attention instanceof SublayerOutline.Attention own) {
      return new KeyValues(own.shape());
    }
    if (attention instanceof SublayerOutline.Latent latent) {
      return new KeyValues(latent.sizes().shape());
    }
    if (attention instanceof SublayerOutline.Delta delta) {
      return new DeltaState(delta.sizes());
    }
    throw new IllegalArgumentException("no attention: " + attention);
  }
}
