package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The description of linear attention by a gated delta rule (Yang et al., Gated Delta Networks,
 * 2024) with its sizes.
 *
 * @param path of attention inside the block
 * @param hidden width of the residual stream
 * @param norm of every head's output, before its gate
 */
record DeltaSpec(String path, int hidden, DeltaSizes sizes, NormSpec norm) implements SublayerSpec {
  private LinearShape linear(Role role, String name, int rows) {
    return new LinearShape(role, path + "." + name, rows, hidden, false);
  }

  private LinearShape output() {
    return new LinearShape(Role.ATTENTION_OUT, path + ".out_proj", hidden, sizes.values(), false);
  }

  @Override
  public List<LinearShape> first() {
    return List.of(
        linear(Role.QUERY_KEY_VALUE, "in_proj_qkv", sizes.channels()),
        linear(Role.OUTPUT_GATE, "in_proj_z", sizes.values()),
        linear(Role.WRITE_GATE, "in_proj_b", sizes.valueHeads()),
        linear(Role.DECAY, "in_proj_a", sizes.valueHeads()));
  }

  @Override
  public String firstPath() {
    return path + ".in";
  }

  @Override
  public void declareRest(BlockPlan plan) {
    plan.tensor(
        InnerRole.CONVOLUTION, path + ".conv1d.weight", sizes.channels(), 1, sizes.kernel());
    plan.tensor(InnerRole.DECAY_SHIFT, path + ".dt_bias", sizes.valueHeads());
    plan.tensor(InnerRole.DECAY_RATE, path + ".A_log", sizes.valueHeads());
    plan.innerNorm(InnerRole.STATE_NORM, path + ".norm", norm.tensors(), sizes.valueDim());
    plan.input(path + ".out", List.of(output()));
  }

  @Override
  public Optional<BlockCache> state(NDManager owner, int sequences, int capacity) {
    return Optional.of(new RecurrentCache(owner, sizes, sequences, capacity));
  }

  @Override
  public Sublayer build(BlockProducts products, Limits limits) {
    if (!products.attentionOperands().unchanged()) {
      throw products.fixedAttention("it keeps a state in place of keys and values");
    }
    WeightLoader loader = products.loader();
    List<LinearLayer> first = first().stream().map(l -> products.linear(l.path())).toList();
    return new DeltaAttention(
        new DeltaAttention.Inputs(first.get(0), first.get(1), first.get(2), first.get(3)),
        products.linear(output().path()),
        new CausalConvolution(loader.load(products.full(path + ".conv1d.weight"))),
        new DeltaAttention.Decay(
            loader.load(products.full(path + ".A_log")),
            loader.load(products.full(path + ".dt_bias"))),
        norm.load(loader, products.full(path + ".norm")),
        sizes,
        products.input(first().get(0).path()),
        products.input(output().path()));
  }

  @Override
  public SublayerOutline outline(UnaryOperator<String> full) {
    UnaryOperator<String> inside = name -> full.apply(path + "." + name);
    return new SublayerOutline.Delta(
        sizes,
        inside.apply("in_proj_qkv"),
        inside.apply("in_proj_z"),
        inside.apply("in_proj_b"),
        inside.apply("in_proj_a"),
        inside.apply("conv1d.weight"),
        inside.apply("A_log"),
        inside.apply("dt_bias"),
        norm.outline(inside.apply("norm"), sizes.valueDim()),
        full.apply(output().path()));
  }
}
