package dev.pbq.export.gguf.family;

import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderFacts;
import dev.pbq.core.model.RotarySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Compares what two models compute, fact by fact. */
public final class FactTable {
  /** Numbers are kept in float32, and frequencies computed of such. */
  private static final double TOLERANCE = 1e-5;

  /** The name, in {@link #differences}, of gelu and its approximation taken for one another. */
  public static final String GELU = "the kind of gelu";

  private final Map<String, double[]> numbers = new LinkedHashMap<>();
  private final Map<String, String> words = new LinkedHashMap<>();

  private FactTable(DecoderFacts facts) {
    long longest = facts.maxPositions();
    words.put("sizes", facts.vocabulary() + " " + facts.hidden() + " " + longest);
    put("the epsilon of norms", facts.norm().epsilon());
    words.put(
        "the kind of norms",
        facts.norm().centered() + " " + facts.norm().plusOne() + " " + facts.norm().bias());
    put("the factor of the embedding", facts.embedding().factor());
    put("the factor of logits", facts.head().factor());
    put("the limit of logits", facts.head().softcap());
    words.put("a bias of the head", facts.head().bias() + "");
    words.put("learned positions", facts.embedding().positions().isPresent() + "");
    words.put("the norm of the embedding", facts.embedding().norm().isPresent() + "");
    putEach(facts, "the factor of residual sums", DecoderFacts.Block::factor);
    putEach(facts, "the scale of scores", b -> b.attention().scale());
    putEach(facts, "the limit of scores", b -> b.attention().softcap());
    putEach(facts, "queries that grow with the position", b -> b.attention().growth());
    putEach(facts, "windows of attention", b -> b.attention().window());
    list(facts, "heads", b -> b.attention().shape());
    list(facts, "which blocks have a delta rule, and its widths", DecoderFacts.Block::delta);
    list(facts, "the widths of latent attention", b -> b.attention().latent());
    list(facts, "positions as a bias of scores", b -> b.attention().alibi());
    list(facts, "norms of queries and keys", b -> b.attention().norms());
    list(facts, "how attention and MLP stand to each other", DecoderFacts.Block::form);
    list(facts, GELU, b -> b.mlp().activation());
    list(facts, "the activation", b -> b.mlp().activation().replace("gelu_tanh", "gelu"));
    list(facts, "the width of MLPs", b -> b.mlp().width());
    list(facts, "the mixture of experts", DecoderFacts.Block::mixture);
    list(facts, "which features turn together", b -> b.attention().rotary().map(RotarySpec::pairs));
    list(facts, "which layers are rotated", b -> b.attention().rotary().map(RotarySpec::width));
    putRotation(facts, "the frequencies of rotation", r -> r.frequencies(1));
    putRotation(facts, "the frequencies of rotation in long texts", r -> r.frequencies(longest));
    putRotation(
        facts,
        "the temperature of rotation",
        r -> new float[] {(float) r.rope().scaling().attentionFactor()});
  }

  /**
   * In which facts two models differ, in words; tensors that only one of them has among them.
   *
   * @param one a model that has facts
   * @param other another
   */
  public static List<String> differences(CausalModel one, CausalModel other) {
    FactTable a = new FactTable(one.facts().orElseThrow());
    FactTable b = new FactTable(other.facts().orElseThrow());
    List<String> different = new ArrayList<>();
    a.words.forEach(
        (name, value) -> {
          if (!value.equals(b.words.get(name))) {
            different.add(name);
          }
        });
    a.numbers.forEach(
        (name, values) -> {
          if (!isSame(values, b.numbers.get(name))) {
            different.add(name);
          }
        });
    return different;
  }

  private static boolean isSame(double[] a, double[] b) {
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < a.length; i++) {
      if (Math.abs(a[i] - b[i]) > TOLERANCE * Math.max(Math.abs(a[i]), Math.abs(b[i]))) {
        return false;
      }
    }
    return true;
  }

  private void put(String name, double... values) {
    numbers.put(name, values);
  }

  private void putEach(
      DecoderFacts facts, String name, ToDoubleFunction<DecoderFacts.Block> number) {
    put(name, facts.blocks().stream().mapToDouble(number).toArray());
  }

  private void list(DecoderFacts facts, String name, Function<DecoderFacts.Block, Object> value) {
    words.put(name, facts.blocks().stream().map(value).toList().toString());
  }

  private void putRotation(
      DecoderFacts facts, String name, Function<RotarySpec, float[]> numbersOf) {
    List<Double> all = new ArrayList<>();
    for (DecoderFacts.Block block : facts.blocks()) {
      Optional<float[]> values = block.attention().rotary().map(numbersOf);
      values.ifPresent(v -> Arrays.asList(boxed(v)).forEach(all::add));
    }
    put(name, all.stream().mapToDouble(d -> d).toArray());
  }

  private static Double[] boxed(float[] values) {
    Double[] boxed = new Double[values.length];
    for (int i = 0; i < boxed.length; i++) {
      boxed[i] = (double) values[i];
    }
    return boxed;
  }
}
