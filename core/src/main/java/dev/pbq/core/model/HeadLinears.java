package dev.pbq.core.model;

import java.util.List;
import java.util.function.UnaryOperator;

/** The linears that make queries, keys and values, and the one that maps contexts back. */
sealed interface HeadLinears {
  /** What reads the input of attention. */
  List<LinearShape> first();

  /** The output projection. */
  LinearShape output();

  /** The projection in words. */
  SublayerOutline.Projection outline(UnaryOperator<String> full);

  /** Makes the projection of one block's weights. */
  HeadProjection build(BlockProducts products, AttentionShape shape);

  /**
   * Three linears.
   *
   * @param gated whether the first makes a gate for each head behind its query
   */
  record Separate(
      LinearShape query, LinearShape key, LinearShape value, LinearShape output, boolean gated)
      implements HeadLinears {
    @Override
    public List<LinearShape> first() {
      return List.of(query, key, value);
    }

    @Override
    public SublayerOutline.Projection outline(UnaryOperator<String> full) {
      return new SublayerOutline.Projection.Separate(
          full.apply(query.path()), full.apply(key.path()), full.apply(value.path()), gated);
    }

    @Override
    public HeadProjection build(BlockProducts products, AttentionShape shape) {
      LinearLayer q = products.linear(query.path());
      LinearLayer k = products.linear(key.path());
      LinearLayer v = products.linear(value.path());
      return gated
          ? new HeadProjection.Gated(q, k, v, shape)
          : new HeadProjection.Separate(q, k, v, shape);
    }
  }

  /**
   * One linear.
   *
   * @param groups as for {@link HeadProjection.Fused}
   */
  record Fused(LinearShape all, LinearShape output, int groups) implements HeadLinears {
    @Override
    public List<LinearShape> first() {
      return List.of(all);
    }

    @Override
    public SublayerOutline.Projection outline(UnaryOperator<String> full) {
      return new SublayerOutline.Projection.Fused(full.apply(all.path()), groups);
    }

    @Override
    public HeadProjection build(BlockProducts products, AttentionShape shape) {
      return new HeadProjection.Fused(products.linear(all.path()), shape, groups);
    }
  }

  /**
   * {@code q_proj}, {@code k_proj}, {@code v_proj} and an output.
   *
   * @param prefix path of attention
   * @param outputName the last part of the output's name
   * @param bias whether queries, keys and values have biases
   * @param outputBias whether the output has one
   */
  static HeadLinears separate(
      String prefix,
      String outputName,
      AttentionShape shape,
      int hidden,
      boolean bias,
      boolean outputBias) {
    int queries = shape.heads() * shape.headDim();
    int keys = shape.keyValueHeads() * shape.headDim();
    return new Separate(
        new LinearShape(Role.QUERY, prefix + ".q_proj", queries, hidden, bias),
        new LinearShape(Role.KEY, prefix + ".k_proj", keys, hidden, bias),
        new LinearShape(Role.VALUE, prefix + ".v_proj", keys, hidden, bias),
        new LinearShape(Role.ATTENTION_OUT, prefix + "." + outputName, hidden, queries, outputBias),
        false);
  }

  /** As {@link #separate}, where {@code q_proj} makes a gate for each head behind its query. */
  static HeadLinears gated(String prefix, AttentionShape shape, int hidden, boolean bias) {
    int queries = shape.heads() * shape.headDim();
    int keys = shape.keyValueHeads() * shape.headDim();
    return new Separate(
        new LinearShape(Role.QUERY, prefix + ".q_proj", 2 * queries, hidden, bias),
        new LinearShape(Role.KEY, prefix + ".k_proj", keys, hidden, bias),
        new LinearShape(Role.VALUE, prefix + ".v_proj", keys, hidden, bias),
        new LinearShape(Role.ATTENTION_OUT, prefix + ".o_proj", hidden, queries, bias),
        true);
  }

  /** One linear for queries, keys and values, called {@code all}, and an output. */
  static HeadLinears fused(
      String all, String output, AttentionShape shape, int hidden, boolean bias, int groups) {
    int queries = shape.heads() * shape.headDim();
    int rows = queries + 2 * shape.keyValueHeads() * shape.headDim();
    return new Fused(
        new LinearShape(Role.QUERY_KEY_VALUE, all, rows, hidden, bias),
        new LinearShape(Role.ATTENTION_OUT, output, hidden, queries, bias),
        groups);
  }
}
