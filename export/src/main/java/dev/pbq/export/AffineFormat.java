package dev.pbq.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.TensorGroup;
import dev.pbq.core.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A layout of another program for layers on uniform grids, in folders that are dense otherwise;
 * {@link AffineExport} does what all of them have in common.
 */
public interface AffineFormat {
  /** The exporter's name. */
  String name();

  /** Widths of codes, in bits. */
  Set<Integer> widths();

  /** The type that scales are stored in: F16, BF16 or F32. */
  DType scales();

  /** Why a layer of this shape [outputs, inputs] has no place; empty if it has. */
  Optional<String> misfit(int rows, int cols);

  /**
   * Why a layer has no place among the others; empty if it has.
   *
   * @param most what most layers are like
   */
  Optional<String> misfit(AffinePlan.Grid grid, AffinePlan.Grid most);

  /**
   * A layer's tensors.
   *
   * @param linear its full name
   * @param layer called anew for every tensor, when it is written
   */
  TensorGroup tensors(String linear, Supplier<AffineLayer> layer, AffinePlan plan);

  /**
   * The weights of a layer that was written [outputs, inputs], row-major, read by code that shares
   * nothing with {@link #tensors}.
   */
  float[] read(
      ModelFolder written, Checkpoint stored, String linear, AffinePlan plan, int rows, int cols);

  /**
   * The entry {@code quantization_config}.
   *
   * @param plan what is packed and what is not
   * @param others weights of two dimensions outside of the blocks, without {@code .weight}
   * @param method that packed the source
   */
  ObjectNode settings(AffinePlan plan, List<String> others, String method);

  /** Files beside {@code config.json} that hold the same settings, by name. */
  Map<String, ObjectNode> files(ObjectNode settings);

  /** What a user should know. */
  List<String> notes(AffinePlan plan);
}
