package dev.pbq.core.model;

import dev.pbq.core.tensor.WeightSource;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a model consists of: every tensor with its shape, every linear with its block and role.
 * Follows from the description of the family and one configuration; holds no weights. Immutable.
 */
public final class ModelLayout {
  private static final String SUFFIX = ".weight";

  private final OuterNames outer;
  private final ModelSizes sizes;
  private final String attentionPath;
  private final List<BlockParts> blocks;
  private final TensorCatalog catalog;
  private final Map<String, Linear> linears = new HashMap<>();

  /**
   * @param outer names outside of the blocks
   * @param blocks what the blocks consist of
   * @param catalog all tensors of the model in its order, those of the blocks among them; not
   *     changed any more
   */
  ModelLayout(OuterNames outer, BlockTensors blocks, TensorCatalog catalog) {
    this(outer, blocks.sizes(), blocks.layout().attention(), blocks.all(), catalog);
  }

  /**
   * @param attentionPath path of a block's attention, for messages
   * @param blocks what each block consists of
   */
  ModelLayout(
      OuterNames outer,
      ModelSizes sizes,
      String attentionPath,
      List<BlockParts> blocks,
      TensorCatalog catalog) {
    this.outer = outer;
    this.sizes = sizes;
    this.attentionPath = attentionPath;
    this.blocks = List.copyOf(blocks);
    this.catalog = catalog;
    for (BlockParts block : blocks) {
      for (LinearInput input : block.inputs()) {
        input.linears().forEach(l -> linears.put(l.name(), l));
      }
    }
  }

  ModelSizes sizes() {
    return sizes;
  }

  TensorCatalog catalog() {
    return catalog;
  }

  /** The names of what stands outside of the blocks. */
  public OuterNames outer() {
    return outer;
  }

  /**
   * Weights as the family's own files hold them, with quantized linears put back into their places.
   *
   * @param weights lent for the view's life
   * @param names of all weights
   */
  public StoredWeights stored(WeightSource weights, List<String> names) {
    return new StoredWeights(this, weights, names);
  }

  /**
   * Every name under which a checkpoint may hold a tensor of the model, but for other spellings of
   * the same name: for telling what is no part of the model.
   */
  public Set<String> knownTensors() {
    return catalog.allNames();
  }

  /** Where files of the family hold a tensor of the model in another form. */
  public Optional<StoredForm> storedForm(String tensor) {
    return catalog.stored(tensor);
  }

  /** Whether the family's files hold linears as [inputs, outputs]. */
  public boolean isTransposed() {
    return catalog.isTransposed();
  }

  /**
   * The tensor that holds a linear's weight in a checkpoint: its own, or a stack.
   *
   * @param stored tells whether the checkpoint holds a tensor
   */
  public String holder(Linear linear, Predicate<String> stored) {
    return catalog
        .stored(linear.weight())
        .map(StoredForm::tensor)
        .filter(tensor -> !stored.test(linear.weight()) && stored.test(tensor))
        .orElse(linear.weight());
  }

  /** What the full names of a block's tensors begin with, without the dot behind it. */
  public String blockPrefix(int block) {
    return block(block).prefix();
  }

  /** Path of a block's attention, for messages about its products. */
  String attentionPath() {
    return attentionPath;
  }

  /** The inputs of a block's linears, in the order in which the block computes them. */
  public List<LinearInput> linearInputs(int block) {
    return block(block).inputs();
  }

  /** The norms of a block, in the order in which the block computes them. */
  public List<BlockNorm> norms(int block) {
    return block(block).norms();
  }

  /** The tensors of a block that are no linears and no norms of its residual sums. */
  public List<InnerTensor> inner(int block) {
    return block(block).inner();
  }

  private BlockParts block(int block) {
    return blocks.get(Objects.checkIndex(block, blocks.size()));
  }

  /**
   * A checkpoint as this layout describes it: every linear is a matrix [outputs, inputs] of its
   * own, also where the family stores it transposed or in a stack of experts.
   *
   * @param stored lent for the view's life
   */
  public WeightSource view(WeightSource stored) {
    return LayoutWeights.of(stored, catalog);
  }

  /** All linears of all blocks. */
  public Collection<Linear> linears() {
    return Collections.unmodifiableCollection(linears.values());
  }

  /** The linear of this full name without {@code .weight}; empty if no block has one. */
  public Optional<Linear> linear(String name) {
    return Optional.ofNullable(linears.get(name));
  }

  /**
   * The linear of a role in a block; empty where the family has no such role.
   *
   * @throws IndexOutOfBoundsException if there is no such block
   */
  public Optional<Linear> linear(int block, Role role) {
    return linearInputs(block).stream()
        .flatMap(input -> input.linears().stream())
        .filter(linear -> linear.role() == role)
        .findFirst();
  }

  /** The name of a linear inside its block, e.g. {@code self_attn.q_proj}. */
  public String path(Linear linear) {
    return linear.name().substring(blockPrefix(linear.block()).length() + 1);
  }

  /**
   * Shape [rows, cols] of a weight of the model with two dimensions, by its name without {@code
   * .weight}.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public int[] linearShape(String linear) {
    return catalog.linearShape(linear);
  }

  /**
   * The token embedding and the head, or the one table that is both. The head of a classifier has
   * no row for each token and is none of them.
   *
   * @param ownHead tells whether files of a model whose head may be tied hold a head of other
   *     values
   */
  public List<VocabularyTable> vocabularyTables(Predicate<String> ownHead) {
    String head = outer.head() + SUFFIX;
    if (catalog.contains(head) && !catalog.isOverVocabulary(head)) {
      return List.of(table(outer.embedding(), VocabularyTable.Use.EMBEDDING));
    }
    boolean separate = catalog.contains(head) && (!catalog.isOptional(head) || ownHead.test(head));
    return separate
        ? List.of(
            table(outer.embedding(), VocabularyTable.Use.EMBEDDING),
            table(outer.head(), VocabularyTable.Use.HEAD))
        : List.of(table(outer.embedding(), VocabularyTable.Use.BOTH));
  }

  private VocabularyTable table(String name, VocabularyTable.Use use) {
    int[] shape = catalog.linearShape(name);
    return new VocabularyTable(name, shape[0], shape[1], use);
  }

  /** How many weights all {@linkplain #requiredTensors() tensors} have together. */
  public long weightCount() {
    long count = 0;
    for (String name : requiredTensors()) {
      long weights = 1;
      for (long d : catalog.shape(name)) {
        weights = Math.multiplyExact(weights, d);
      }
      count = Math.addExact(count, weights);
    }
    return count;
  }

  /**
   * The shape of a tensor of the model, by its full name.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public long[] shape(String tensor) {
    return catalog.shape(tensor);
  }

  /** Whether the model has a tensor of this full name. */
  public boolean hasTensor(String tensor) {
    return catalog.contains(tensor);
  }

  /**
   * The shape of a tensor of the model, which the weights hold in that shape.
   *
   * @param weights a {@linkplain #view view}
   * @throws dev.pbq.core.PbqException NOT_FOUND if the weights lack it; BAD_DATA if theirs has
   *     another shape
   */
  public long[] checkedShape(WeightSource weights, String tensor) {
    return catalog.checkedShape(weights, tensor);
  }

  /** Full names of all tensors of the model in its order; a tied head is not among them. */
  public List<String> requiredTensors() {
    return catalog.names();
  }
}
