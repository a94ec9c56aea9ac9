package dev.pbq.export.gguf.model;

import dev.pbq.core.checkpoint.TensorNames;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.ModelLayout;
import dev.pbq.export.gguf.family.FactKeys;
import dev.pbq.export.gguf.family.FileArchitecture;
import dev.pbq.export.gguf.family.FileTensor;
import dev.pbq.export.gguf.family.Piece;
import dev.pbq.export.gguf.family.Placements;
import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.file.GgufTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds what a file's tensors are in the model. */
final class TensorViews {
  private final GgufFile file;
  private final ModelLayout layout;
  private final Map<String, TensorView> views = new TreeMap<>(TensorNames.NATURAL_ORDER);

  private TensorViews(GgufFile file, ModelLayout layout) {
    this.file = file;
    this.layout = layout;
  }

  /**
   * The model's tensors by name, in natural order.
   *
   * @throws dev.pbq.core.PbqException BAD_DATA naming tensors that the family does not know, or one
   *     of a wrong shape
   */
  static Map<String, TensorView> of(
      GgufFile file, FileArchitecture architecture, CausalModel model) {
    TensorViews found = new TensorViews(file, model.layout());
    List<String> unknown = new ArrayList<>(file.tensors().keySet());
    // Their numbers are part of the configuration.
    unknown.removeAll(FactKeys.VECTORS);
    for (FileTensor tensor : Placements.of(architecture, model, file.tensors()::containsKey)) {
      if (unknown.remove(tensor.name())) {
        found.add(tensor);
      }
    }
    if (!unknown.isEmpty()) {
      unknown.sort(TensorNames.NATURAL_ORDER);
      String more = unknown.size() > 5 ? " and " + (unknown.size() - 5) + " others" : "";
      throw file.metadata()
          .bad(
              "architecture "
                  + architecture.name()
                  + " has no place for "
                  + String.join(", ", unknown.subList(0, Math.min(5, unknown.size())))
                  + more);
    }
    return found.views;
  }

  private void add(FileTensor wanted) {
    GgufTensor tensor = file.tensors().get(wanted.name());
    if (tensor.cols() != wanted.cols() || tensor.rows() != wanted.rows()) {
      throw file.metadata()
          .bad(
              "tensor %s has %s rows of %s, not %s of %s"
                  .formatted(
                      wanted.name(), tensor.rows(), tensor.cols(), wanted.rows(), wanted.cols()));
    }
    long at = 0;
    for (Piece piece : wanted.pieces()) {
      put(wanted, piece, new TensorView.Part(tensor, piece, at));
      at += piece.values();
    }
  }

  private void put(FileTensor wanted, Piece piece, TensorView.Part part) {
    List<TensorView.Part> parts = new ArrayList<>();
    TensorView before = views.get(piece.source());
    if (before != null) {
      parts.addAll(before.parts());
    }
    parts.add(part);
    long[] shape = layout.shape(piece.source());
    views.put(
        piece.source(),
        new TensorView(
            piece.source(),
            Math.toIntExact(shape[0]),
            piece.order().sourceUnit(piece.unit()),
            Arrays.stream(shape).boxed().toList(),
            parts,
            wanted.kind(),
            wanted.change()));
  }
}
