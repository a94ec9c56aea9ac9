package dev.pbq.export.gguf.family;

import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.DecoderFacts;
import dev.pbq.core.model.Rope;
import dev.pbq.core.model.RotarySpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Says a model's facts in a file: as keys, and as vectors of divisors of frequencies. */
public final class FactKeys {
  /** The names of all vectors that files may have. */
  public static final List<String> VECTORS =
      List.of(RopeConfig.DIVISORS, RopeConfig.LONG, RopeConfig.SHORT);

  private FactKeys() {}

  /** Puts all keys that files of an architecture have. */
  public static void put(FileArchitecture architecture, DecoderFacts facts, KeySink keys) {
    AttentionShape shape = facts.blocks().get(0).attention().shape();
    keys.count(KeyNames.BLOCKS, facts.blocks().size());
    keys.count(KeyNames.CONTEXT, facts.maxPositions());
    keys.count(KeyNames.HIDDEN, facts.hidden());
    keys.count(KeyNames.INTERMEDIATE, facts.intermediate());
    keys.count(KeyNames.HEADS, shape.heads());
    if (facts.blocks().get(0).attention().latent().isEmpty()) {
      keys.count(KeyNames.KEY_VALUE_HEADS, shape.keyValueHeads());
      keys.count(KeyNames.KEY_LENGTH, shape.headDim());
      keys.count(KeyNames.VALUE_LENGTH, shape.valueDim());
    }
    keys.number(
        facts.norm().centered() ? KeyNames.LAYER_EPSILON : KeyNames.RMS_EPSILON,
        facts.norm().epsilon());
    keys.count(KeyNames.VOCABULARY, facts.vocabulary());
    boolean corrected =
        architecture.facts().contains(Fact.GROWTH) || architecture.facts().contains(Fact.LATENT);
    rotary(facts).ifPresent(rotary -> putRotary(rotary, corrected, keys));
    architecture.facts().stream().sorted().forEach(fact -> fact.put(facts, keys));
  }

  /** How blocks that see all tokens are rotated; where there are none, any that are rotated. */
  private static Optional<RotarySpec> rotary(DecoderFacts facts) {
    return facts.blocks().stream()
        .map(DecoderFacts.Block::attention)
        .filter(a -> a.window() == 0)
        .flatMap(a -> a.rotary().stream())
        .findFirst()
        .or(
            () ->
                facts.blocks().stream().flatMap(b -> b.attention().rotary().stream()).findFirst());
  }

  private static void putRotary(RotarySpec rotary, boolean corrected, KeySink keys) {
    keys.count(KeyNames.ROTATED, rotary.width());
    keys.number(KeyNames.ROPE_BASE, rotary.rope().theta());
    Rope.Scaling scaling = rotary.rope().scaling();
    if (scaling instanceof Rope.Interpolation linear) {
      keys.text(KeyNames.SCALING, "linear");
      keys.number(KeyNames.SCALING_FACTOR, linear.factor());
    } else if (scaling instanceof Rope.Yarn yarn) {
      keys.text(KeyNames.SCALING, "yarn");
      keys.number(KeyNames.SCALING_FACTOR, yarn.factor());
      keys.count(KeyNames.ORIGINAL_CONTEXT, Math.round(yarn.originalPositions()));
      keys.number(KeyNames.YARN_FAST, yarn.betaFast());
      keys.number(KeyNames.YARN_SLOW, yarn.betaSlow());
      double own = 1 + 0.1 * Math.log(yarn.factor());
      if (!corrected && Math.abs(yarn.attentionFactor() - own) > 1e-9) {
        keys.number(KeyNames.TEMPERATURE_FACTOR, yarn.attentionFactor() / own);
      }
    } else if (scaling instanceof Rope.LongRope longRope) {
      keys.text(KeyNames.SCALING, "longrope");
      keys.count(KeyNames.ORIGINAL_CONTEXT, Math.round(longRope.originalPositions()));
      keys.number(KeyNames.TEMPERATURE_FACTOR, longRope.attentionFactor());
    }
  }

  /** Vectors that a file has for its rotation, by their names; none for most models. */
  public static Map<String, float[]> vectors(DecoderFacts facts) {
    Map<String, float[]> vectors = new LinkedHashMap<>();
    rotary(facts).ifPresent(rotary -> putVectors(rotary, vectors));
    return vectors;
  }

  private static void putVectors(RotarySpec rotary, Map<String, float[]> vectors) {
    Rope rope = rotary.rope();
    if (rope.scaling() instanceof Rope.Llama3 llama3) {
      float[] divisors = new float[rotary.width() / 2];
      for (int i = 0; i < divisors.length; i++) {
        divisors[i] = (float) llama3.divisor(rope.wavelength(i, rotary.width()));
      }
      vectors.put(RopeConfig.DIVISORS, divisors);
    } else if (rope.scaling() instanceof Rope.LongRope longRope) {
      vectors.put(RopeConfig.LONG, floats(longRope.longFactors()));
      vectors.put(RopeConfig.SHORT, floats(longRope.shortFactors()));
    }
  }

  private static float[] floats(List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }
}
