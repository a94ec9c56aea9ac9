package dev.pbq.export.gguf.family;

import dev.pbq.core.model.AttentionShape;
import dev.pbq.core.model.BlockNorm;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderFacts;
import dev.pbq.core.model.InnerTensor;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.core.model.NormRole;
import dev.pbq.core.model.OuterNames;
import dev.pbq.core.model.Role;
import dev.pbq.export.gguf.family.FileTensor.Kind;
import dev.pbq.export.gguf.family.RowOrder.Strided;
import dev.pbq.export.gguf.family.RowOrder.Turned;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Where the tensors of one model stand in a GGUF file. */
public final class Placements {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private final FileArchitecture architecture;
  private final ModelLayout layout;
  private final DecoderFacts facts;
  private final ValueChange normChange;
  private final List<FileTensor> tensors = new ArrayList<>();

  private Placements(FileArchitecture architecture, CausalModel model) {
    this.architecture = architecture;
    this.layout = model.layout();
    this.facts = model.facts().orElseThrow();
    this.normChange = facts.norm().plusOne() ? ValueChange.PLUS_ONE : ValueChange.NONE;
  }

  /**
   * All tensors that a file of this model may have.
   *
   * @param model one that has facts
   * @param holds whether the file holds a tensor, for forms that only other programs write
   */
  public static List<FileTensor> of(
      FileArchitecture architecture, CausalModel model, Predicate<String> holds) {
    Placements places = new Placements(architecture, model);
    places.addOuter();
    for (int b = 0; b < model.blocks(); b++) {
      places.addBlock(b, holds);
    }
    return List.copyOf(places.tensors);
  }

  private void addOuter() {
    OuterNames outer = layout.outer();
    add(
        "token_embd" + WEIGHT,
        Kind.TABLE,
        ValueChange.NONE,
        List.of(whole(outer.embedding() + WEIGHT)));
    DecoderFacts.Embedding embedding = facts.embedding();
    embedding.positions().ifPresent(p -> addPlain("position_embd" + WEIGHT, p + WEIGHT));
    embedding.norm().ifPresent(n -> addNorm("token_embd_norm", n));
    outer.finalNorm().ifPresent(n -> addNorm("output_norm", n));
    add("output" + WEIGHT, Kind.TABLE, ValueChange.NONE, List.of(whole(outer.head() + WEIGHT)));
    if (facts.head().bias()) {
      addPlain("output" + BIAS, outer.head() + BIAS);
    }
  }

  private void addBlock(int block, Predicate<String> holds) {
    String prefix = "blk." + block + ".";
    List<BlockNorm> norms = layout.norms(block);
    boolean beforeMlp = norms.stream().anyMatch(norm -> norm.role() == NormRole.MLP);
    for (BlockNorm norm : norms) {
      addNorm(prefix + architecture.part(norm.role(), beforeMlp), norm.name());
    }
    Optional<DeltaPlacements> delta = delta(block);
    boolean mixed = facts.blocks().get(block).mixture().isPresent();
    Map<String, List<Linear>> parts = new LinkedHashMap<>();
    for (LinearInput input : layout.linearInputs(block)) {
      for (Linear linear : input.linears()) {
        if (linear.role() == Role.KEY_VALUE_FROM_LATENT
            && !holds.test(prefix + "attn_kv_b" + WEIGHT)) {
          addLatent(prefix, linear);
          continue;
        }
        boolean attention = linear.role().isAttention();
        String ending = linear.expert().isPresent() ? "_exps" : mixed && !attention ? "_shexp" : "";
        boolean inOne = attention && holds.test(prefix + "attn_qkv" + WEIGHT);
        String part =
            delta.isPresent() && linear.role() == Role.ATTENTION_OUT
                ? "ssm_out"
                : PartNames.of(linear.role(), inOne) + ending;
        parts.computeIfAbsent(prefix + part, p -> new ArrayList<>()).add(linear);
      }
    }
    parts.forEach(this::addLinears);
    Map<String, List<Piece>> inner = new LinkedHashMap<>();
    for (InnerTensor tensor : layout.inner(block)) {
      String part = prefix + PartNames.of(tensor.role(), tensor.bias());
      if (delta.isPresent()) {
        tensors.add(delta.get().inner(part, tensor));
        continue;
      }
      inner.computeIfAbsent(part, p -> new ArrayList<>()).add(whole(tensor.name()));
    }
    inner.forEach(
        (part, pieces) ->
            add(
                part,
                Kind.SMALL,
                part.endsWith("_norm.weight") ? normChange : ValueChange.NONE,
                pieces));
  }

  private Optional<DeltaPlacements> delta(int block) {
    return facts.blocks().get(block).delta().map(DeltaPlacements::new);
  }

  /**
   * What makes keys and values of the narrow vector, apart: llama.cpp multiplies queries by the
   * keys' matrices, which are [narrow, features] for each head therefore.
   */
  private void addLatent(String prefix, Linear linear) {
    DecoderFacts.Attention attention = facts.blocks().get(linear.block()).attention();
    AttentionShape shape = attention.shape();
    int narrow = linear.cols();
    int still = shape.headDim() - attention.latent().orElseThrow().turning();
    int values = shape.valueDim();
    int stride = still + values;
    RowOrder keys = new Turned(still, stride, 0, narrow);
    Piece key = new Piece(linear.weight(), shape.heads() * narrow, still, keys);
    RowOrder behind = new Strided(values, stride, still);
    Piece value = new Piece(linear.weight(), shape.heads() * values, narrow, behind);
    add(prefix + "attn_k_b" + WEIGHT, Kind.LINEAR, List.of(key), shape.heads());
    add(prefix + "attn_v_b" + WEIGHT, Kind.LINEAR, List.of(value), shape.heads());
  }

  private void addLinears(String part, List<Linear> linears) {
    Linear first = linears.get(0);
    boolean alternating =
        first.role() == Role.GATE_UP
            && facts.blocks().get(first.block()).mixture().filter(m -> m.alternating()).isPresent();
    if (alternating) {
      addLinears(part.replace("ffn_up", "ffn_gate"), linears, new Strided(1, 2, 0));
      addLinears(part, linears, new Strided(1, 2, 1));
    } else {
      addLinears(part, linears, RowOrder.KEPT);
    }
  }

  private void addLinears(String part, List<Linear> linears, RowOrder order) {
    List<Piece> weights = new ArrayList<>();
    List<Piece> biases = new ArrayList<>();
    for (Linear linear : linears) {
      for (RowOrder o : order == RowOrder.KEPT ? orders(linear) : List.of(order)) {
        int rows = rows(linear, o);
        weights.add(new Piece(linear.weight(), rows, linear.cols(), o));
        if (linear.bias()) {
          biases.add(new Piece(linear.name() + BIAS, rows, 1, o));
        }
      }
    }
    boolean stacked = linears.get(0).expert().isPresent();
    add(part + WEIGHT, Kind.LINEAR, weights, stacked ? linears.size() : 0);
    if (!biases.isEmpty()) {
      add(part + BIAS, Kind.SMALL, biases, stacked ? linears.size() : 0);
    }
  }

  private static int rows(Linear linear, RowOrder order) {
    return (int) IntStream.range(0, linear.rows()).filter(order::holds).count();
  }

  /** The orders in which the pieces of one linear stand: its rows once, in all. */
  private List<RowOrder> orders(Linear linear) {
    Optional<DeltaPlacements> delta = delta(linear.block());
    if (delta.isPresent()) {
      return delta.get().orders(linear.role());
    }
    DecoderFacts.Attention attention = facts.blocks().get(linear.block()).attention();
    AttentionShape shape = attention.shape();
    boolean turned = linear.role() == Role.QUERY || linear.role() == Role.KEY;
    if (turned && architecture.rotatesPairs() && isRotatedByHalves()) {
      return List.of(new RowOrder.Paired(shape.headDim()));
    }
    OptionalInt groups = attention.groups();
    if (linear.role() != Role.QUERY_KEY_VALUE || groups.orElse(1) == 1) {
      return List.of(RowOrder.KEPT);
    }
    int queries = shape.heads() / groups.getAsInt() * shape.headDim();
    int keys = shape.keyValueHeads() / groups.getAsInt() * shape.headDim();
    int stride = queries + 2 * keys;
    return List.of(
        new Strided(queries, stride, 0),
        new Strided(keys, stride, queries),
        new Strided(keys, stride, queries + keys));
  }

  /** Files order the rows of layers that are not rotated as those that are. */
  private boolean isRotatedByHalves() {
    return facts.blocks().stream()
        .flatMap(b -> b.attention().rotary().stream())
        .anyMatch(rotary -> !rotary.pairs());
  }

  private void addNorm(String part, String norm) {
    add(part + WEIGHT, Kind.SMALL, normChange, List.of(whole(norm + WEIGHT)));
    if (facts.norm().bias()) {
      addPlain(part + BIAS, norm + BIAS);
    }
  }

  private void addPlain(String name, String source) {
    add(name, Kind.SMALL, ValueChange.NONE, List.of(whole(source)));
  }

  private Piece whole(String source) {
    long[] shape = layout.shape(source);
    int unit = shape.length == 1 ? 1 : Math.toIntExact(shape[1]);
    return new Piece(source, Math.toIntExact(shape[0]), unit, RowOrder.KEPT);
  }

  /** Tensors of which several make one row each of a matrix; one of a single row is a vector. */
  private void add(String name, Kind kind, ValueChange change, List<Piece> pieces) {
    Piece first = pieces.get(0);
    List<Integer> dims = new ArrayList<>();
    if (pieces.size() > 1) {
      dims.add(pieces.size());
    }
    if (first.rows() > 1 || first.unit() == 1) {
      dims.add(first.rows());
    }
    if (first.unit() > 1) {
      dims.add(first.unit());
    }
    tensors.add(new FileTensor(name, pieces, dims, kind, change));
  }

  /**
   * The tensors of linears.
   *
   * @param stack how many experts; 0 for linears that belong to none
   */
  private void add(String name, Kind kind, List<Piece> pieces, int stack) {
    int rows = pieces.stream().mapToInt(Piece::rows).sum();
    List<Integer> dims = new ArrayList<>();
    if (stack > 0) {
      dims.add(stack);
    }
    dims.add(stack > 0 ? rows / stack : rows);
    if (kind == Kind.LINEAR) {
      dims.add(pieces.get(0).unit());
    }
    tensors.add(new FileTensor(name, pieces, dims, kind, ValueChange.NONE));
  }
}
