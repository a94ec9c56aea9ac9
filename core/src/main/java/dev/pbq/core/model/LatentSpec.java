package dev.pbq.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The description of latent attention (DeepSeek-V2, 2024) with its sizes.
 *
 * @param path of attention inside the block
 * @param hidden width of the residual stream
 * @param bias whether the linears that read or write the residual stream have biases, but for
 *     queries that are made at once
 * @param rotary of the part that turns
 * @param scale of the scores
 */
record LatentSpec(
    String path, int hidden, LatentSizes sizes, boolean bias, RotarySpec rotary, double scale)
    implements SublayerSpec {
  /** The norms inside have this epsilon, whatever the configuration says of the others. */
  static final NormSpec INNER = new NormSpec(NormSpec.Kind.RMS, 1e-6);

  private boolean narrowQueries() {
    return sizes.queryRank() > 0;
  }

  private int queryWidth() {
    return sizes.heads() * (sizes.still() + sizes.turning());
  }

  @Override
  public List<LinearShape> first() {
    List<LinearShape> first = new ArrayList<>();
    first.add(
        narrowQueries()
            ? new LinearShape(
                Role.QUERY_LATENT, path + ".q_a_proj", sizes.queryRank(), hidden, bias)
            : new LinearShape(Role.QUERY, path + ".q_proj", queryWidth(), hidden, false));
    first.add(
        new LinearShape(
            Role.KEY_VALUE_LATENT,
            path + ".kv_a_proj_with_mqa",
            sizes.keyValueRank() + sizes.turning(),
            hidden,
            bias));
    return first;
  }

  @Override
  public String firstPath() {
    return path + ".latent";
  }

  @Override
  public void declareRest(BlockPlan plan) {
    if (narrowQueries()) {
      plan.innerNorm(
          InnerRole.QUERY_LATENT_NORM, path + ".q_a_layernorm", INNER.tensors(), sizes.queryRank());
      plan.input(
          path + ".q_b",
          List.of(
              new LinearShape(
                  Role.QUERY_FROM_LATENT,
                  path + ".q_b_proj",
                  queryWidth(),
                  sizes.queryRank(),
                  false)));
    }
    plan.innerNorm(
        InnerRole.KEY_VALUE_LATENT_NORM,
        path + ".kv_a_layernorm",
        INNER.tensors(),
        sizes.keyValueRank());
    plan.input(
        path + ".kv_b",
        List.of(
            new LinearShape(
                Role.KEY_VALUE_FROM_LATENT,
                path + ".kv_b_proj",
                sizes.heads() * (sizes.still() + sizes.value()),
                sizes.keyValueRank(),
                false)));
    plan.input(
        path + ".o",
        List.of(
            new LinearShape(
                Role.ATTENTION_OUT,
                path + ".o_proj",
                hidden,
                sizes.heads() * sizes.value(),
                bias)));
  }

  @Override
  public Sublayer build(BlockProducts products, Limits limits) {
    String queries = first().get(0).path();
    String keysValues = path + ".kv_a_proj_with_mqa";
    return new LatentAttention(
        products.linear(queries),
        narrowQueries()
            ? Optional.of(latent(products, path + ".q_a_layernorm", path + ".q_b_proj"))
            : Optional.empty(),
        products.linear(keysValues),
        latent(products, path + ".kv_a_layernorm", path + ".kv_b_proj"),
        products.linear(path + ".o_proj"),
        products.rotary(rotary),
        products.attention(sizes.shape(), 0, true, ScoreRule.scaled(scale), limits),
        sizes,
        products.input(queries),
        products.input(path + ".o_proj"));
  }

  private static LatentAttention.Latent latent(BlockProducts products, String norm, String linear) {
    return new LatentAttention.Latent(
        INNER.load(products.loader(), products.full(norm)),
        products.linear(linear),
        products.input(linear));
  }

  @Override
  public SublayerOutline outline(UnaryOperator<String> full) {
    UnaryOperator<String> inside = name -> full.apply(path + "." + name);
    return new SublayerOutline.Latent(
        sizes,
        full.apply(first().get(0).path()),
        narrowQueries()
            ? Optional.of(
                new SublayerOutline.Narrow(
                    INNER.outline(inside.apply("q_a_layernorm"), sizes.queryRank()),
                    inside.apply("q_b_proj")))
            : Optional.empty(),
        inside.apply("kv_a_proj_with_mqa"),
        new SublayerOutline.Narrow(
            INNER.outline(inside.apply("kv_a_layernorm"), sizes.keyValueRank()),
            inside.apply("kv_b_proj")),
        inside.apply("o_proj"),
        rotary,
        scale);
  }
}
