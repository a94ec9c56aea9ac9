package dev.pbq.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** What a model tells of its rotary positions. */
class RopeTest {
  private static Rope rope(String changes) {
    return ((CausalModel) Architectures.any(TestConfigs.llama(changes), "c")).rope().orElseThrow();
  }

  @Test
  void parametersAreThoseOfTheConfiguration() {
    assertThat(rope("{}")).isEqualTo(new Rope(10000, new Rope.None()));
    assertThat(rope("{'rope_theta': 5e5, 'rope_scaling': {'type': 'linear', 'factor': 2}}"))
        .isEqualTo(new Rope(5e5, new Rope.Interpolation(2)));
    assertThat(
            rope(
                "{'rope_theta': 1, 'rope_parameters': {'rope_theta': 2e4, 'rope_type': 'llama3',"
                    + " 'factor': 8, 'low_freq_factor': 1, 'high_freq_factor': 4,"
                    + " 'original_max_position_embeddings': 64}}"))
        .isEqualTo(new Rope(2e4, new Rope.Llama3(8, 1, 4, 64)));
    assertThat(Architectures.of(TestConfigs.opt("{}"), "c").rope()).isEmpty();
  }

  /** Wavelengths 16 and 64 are the limits. */
  @Test
  void aDivisorIsWhatFrequenciesAreDividedBy() {
    Rope.Llama3 scaling = new Rope.Llama3(8, 1, 4, 64);
    assertThat(scaling.divisor(15.9)).isEqualTo(1);
    assertThat(scaling.divisor(16)).isEqualTo(1);
    assertThat(scaling.divisor(64)).isEqualTo(8);
    assertThat(scaling.divisor(64.1)).isEqualTo(8);
    for (double wavelength = 4; wavelength < 100; wavelength += 1.7) {
      double frequency = 2 * Math.PI / wavelength;
      double divided = frequency / scaling.divisor(wavelength);
      assertThat(scaling.apply(frequency)).isCloseTo(divided, within(1e-12 * divided));
    }
  }

  @Test
  void wavelengthsAreThoseOfTheFrequencies() {
    Rope rope = new Rope(10000, new Rope.None());
    float[] frequencies = rope.inverseFrequencies(8, 1);
    for (int i = 0; i < 4; i++) {
      double wavelength = 2 * Math.PI / frequencies[i];
      assertThat(rope.wavelength(i, 8)).isCloseTo(wavelength, within(1e-6 * wavelength));
    }
  }
}
