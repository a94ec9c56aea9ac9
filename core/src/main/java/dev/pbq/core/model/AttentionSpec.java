package dev.pbq.core.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The description of attention with its sizes.
 *
 * @param path of attention inside the block
 * @param linears what makes queries, keys and values
 * @param rotary where positions enter by rotation
 * @param norms of queries and keys
 * @param rule of the scores, but for sinks
 * @param sinks path of the sinks, where there are any
 * @param queryScale what queries are multiplied by after the rotation
 * @param window how many positions a token sees, itself counted; 0 for all before it
 */
record AttentionSpec(
    String path,
    AttentionShape shape,
    HeadLinears linears,
    Optional<RotarySpec> rotary,
    Optional<HeadNormSpec> norms,
    ScoreRule rule,
    Optional<String> sinks,
    Optional<PositionScale> queryScale,
    int window)
    implements SublayerSpec {

  /** Scores over the root of the head's width, all tokens seen. */
  static AttentionSpec of(
      String path, AttentionShape shape, HeadLinears linears, Optional<RotarySpec> rotary) {
    return new AttentionSpec(
        path,
        shape,
        linears,
        rotary,
        Optional.empty(),
        ScoreRule.of(shape),
        Optional.empty(),
        Optional.empty(),
        0);
  }

  AttentionSpec withRotary(Optional<RotarySpec> other) {
    return new AttentionSpec(path, shape, linears, other, norms, rule, sinks, queryScale, window);
  }

  AttentionSpec withNorms(Optional<HeadNormSpec> other) {
    return new AttentionSpec(path, shape, linears, rotary, other, rule, sinks, queryScale, window);
  }

  AttentionSpec withRule(ScoreRule other) {
    return new AttentionSpec(path, shape, linears, rotary, norms, other, sinks, queryScale, window);
  }

  AttentionSpec withSinks(String other) {
    return new AttentionSpec(
        path, shape, linears, rotary, norms, rule, Optional.of(other), queryScale, window);
  }

  AttentionSpec withQueryScale(Optional<PositionScale> other) {
    return new AttentionSpec(path, shape, linears, rotary, norms, rule, sinks, other, window);
  }

  AttentionSpec withWindow(int other) {
    return new AttentionSpec(path, shape, linears, rotary, norms, rule, sinks, queryScale, other);
  }

  @Override
  public List<LinearShape> first() {
    return linears.first();
  }

  @Override
  public String firstPath() {
    return path + ".qkv";
  }

  @Override
  public void declareRest(BlockPlan plan) {
    norms.ifPresent(n -> n.declare(plan, shape));
    sinks.ifPresent(s -> plan.tensor(InnerRole.SINKS, s, shape.heads()));
    plan.input(path + ".o", List.of(linears.output()));
  }

  @Override
  public Sublayer build(BlockProducts products, Limits limits) {
    ScoreRule whole =
        new ScoreRule(
            rule.scale(), rule.softcap(), rule.alibi(), sinks.map(s -> products.values(s)));
    return new SelfAttention(
        linears.build(products, shape),
        products.linear(linears.output().path()),
        norms.map(n -> n.loadQuery(products, shape)),
        norms.map(n -> n.loadKey(products, shape)),
        rotary.map(products::rotary),
        queryScale,
        products.attention(shape, window, true, whole, limits),
        products.input(linears.first().get(0).path()),
        products.input(linears.output().path()));
  }

  @Override
  public SublayerOutline outline(UnaryOperator<String> full) {
    return new SublayerOutline.Attention(
        shape,
        linears.outline(full),
        full.apply(linears.output().path()),
        norms.map(n -> n.queryOutline(full, shape)),
        norms.map(n -> n.keyOutline(full, shape)),
        rotary,
        queryScale,
        new SublayerOutline.Scores(rule.scale(), rule.softcap(), rule.alibi(), sinks.map(full)),
        window);
  }
}
