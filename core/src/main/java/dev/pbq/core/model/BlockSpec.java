package dev.pbq.core.model;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The description of one block with its sizes.
 *
 * @param form how the halves stand to each other
 * @param factor of what each half adds
 * @param stored other forms in which files hold tensors
 */
record BlockSpec(
    HalfSpec attention, HalfSpec mlp, Form form, double factor, List<StoredAs> stored) {
  BlockSpec {
    stored = List.copyOf(stored);
  }

  /** How the halves of a block stand to each other. */
  enum Form {
    /** The MLP after attention. */
    SEQUENTIAL,
    /** As {@link #SEQUENTIAL}, but each half adds to its normed input. */
    SEQUENTIAL_FROM_NORMED,
    /** Both on the block's input. */
    PARALLEL
  }

  /** The MLP after attention. */
  static BlockSpec sequential(HalfSpec attention, HalfSpec mlp) {
    return new BlockSpec(attention, mlp, Form.SEQUENTIAL, 1, List.of());
  }

  /** Both on the block's input. */
  static BlockSpec parallel(HalfSpec attention, HalfSpec mlp) {
    return new BlockSpec(attention, mlp, Form.PARALLEL, 1, List.of());
  }

  /** The same block, with a factor of what each half adds. */
  BlockSpec withFactor(double other) {
    return new BlockSpec(attention, mlp, form, other, stored);
  }

  /** The same block, its halves in another form. */
  BlockSpec withForm(Form other) {
    return new BlockSpec(attention, mlp, other, factor, stored);
  }

  /** The same block, some of whose tensors files hold in another form. */
  BlockSpec withStored(List<StoredAs> other) {
    return new BlockSpec(attention, mlp, form, factor, other);
  }

  /** The MLP reads what attention reads: their first linears share an input. */
  private boolean sharesInput() {
    return form == Form.PARALLEL && mlp.before().isEmpty();
  }

  /** Enters all tensors. */
  void declare(BlockPlan plan, NormSpec norm, int hidden) {
    stored.forEach(s -> plan.stored(s.path(), s.form()));
    attention.before().ifPresent(n -> plan.norm(NormRole.ATTENTION, n, norm, hidden));
    if (sharesInput()) {
      List<LinearShape> both = new ArrayList<>(attention.sublayer().first());
      both.addAll(mlp.sublayer().first());
      plan.input(attention.sublayer().firstPath(), both);
      attention.sublayer().declareRest(plan);
      mlp.sublayer().declareRest(plan);
      return;
    }
    attention.sublayer().declare(plan);
    attention.after().ifPresent(n -> plan.norm(NormRole.ATTENTION_OUTPUT, n, norm, hidden));
    mlp.before().ifPresent(n -> plan.norm(NormRole.MLP, n, norm, hidden));
    mlp.sublayer().declare(plan);
    mlp.after().ifPresent(n -> plan.norm(NormRole.MLP_OUTPUT, n, norm, hidden));
  }

  /** Makes the block of its weights. */
  DecoderBlock build(
      String name, NDManager owner, BlockProducts products, NormSpec norm, Limits limits) {
    ResidualSum first = sum(attention, products, norm, limits);
    ResidualSum second = sum(mlp, products, norm, limits);
    return new ResidualBlock(
        name,
        owner,
        form == Form.PARALLEL
            ? new BlockBody.Parallel(first, second)
            : new BlockBody.Sequential(first, second));
  }

  private ResidualSum sum(HalfSpec half, BlockProducts products, NormSpec norm, Limits limits) {
    return new ResidualSum(
        half.before().map(n -> norm.load(products.loader(), products.full(n))),
        half.after().map(n -> norm.load(products.loader(), products.full(n))),
        Optional.empty(),
        (float) factor,
        form == Form.SEQUENTIAL_FROM_NORMED,
        half.sublayer().build(products, limits));
  }

  /** The block in words. */
  DecoderOutline.Block outline(String prefix, NormSpec norm, int hidden) {
    UnaryOperator<String> full = path -> prefix + "." + path;
    boolean fromNormed = form == Form.SEQUENTIAL_FROM_NORMED;
    return new DecoderOutline.Block(
        attention.outline(full, norm, hidden, factor, fromNormed),
        mlp.outline(full, norm, hidden, factor, fromNormed),
        form == Form.PARALLEL);
  }
}
