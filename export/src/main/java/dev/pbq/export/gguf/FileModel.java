package dev.pbq.export.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.DecoderFacts;
import dev.pbq.core.model.Rope;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.export.ComputedTensors;
import dev.pbq.export.ExportSource;
import dev.pbq.export.ModelConfig;
import dev.pbq.export.gguf.family.Fact;
import dev.pbq.export.gguf.family.FactKeys;
import dev.pbq.export.gguf.family.FactTable;
import dev.pbq.export.gguf.family.FileArchitecture;
import dev.pbq.export.gguf.family.FileArchitectures;
import dev.pbq.export.gguf.family.FileTensor;
import dev.pbq.export.gguf.family.Piece;
import dev.pbq.export.gguf.family.Placements;
import dev.pbq.export.gguf.family.RowOrder;
import dev.pbq.export.gguf.family.ValueChange;
import dev.pbq.export.gguf.file.GgufFile;
import dev.pbq.export.gguf.model.ModelConfigs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A model as a GGUF file of its architecture has it. */
final class FileModel {
  private final String where;
  private final FileArchitecture architecture;
  private final CausalModel model;
  private final DecoderFacts facts;
  private final ComputedTensors tensors;
  private final ExportSource source;

  private FileModel(
      String where,
      FileArchitecture architecture,
      CausalModel model,
      ComputedTensors tensors,
      ExportSource source) {
    this.where = where;
    this.architecture = architecture;
    this.model = model;
    this.facts = model.facts().orElseThrow();
    this.tensors = tensors;
    this.source = source;
  }

  /**
   * The model of a folder.
   *
   * @throws PbqException BAD_DATA if llama.cpp has no architecture for it, or the configuration is
   *     wrong
   */
  static FileModel of(ExportSource source) {
    ModelFolder folder = source.folder();
    String where = folder.path().toString();
    ObjectNode config = ModelConfig.of(source);
    String file = folder.path().resolve(ModelFolder.CONFIG).toString();
    String type = folder.modelType().orElse("unknown");
    boolean known = Architectures.supported().contains(type);
    TransformerModel any = known ? Architectures.any(config, file) : null;
    if (any instanceof CausalModel model && model.facts().isPresent()) {
      FileArchitecture architecture =
          FileArchitectures.forModel(model.architecture())
              .orElseThrow(() -> unknown(where, model.architecture()));
      ComputedTensors tensors = source.computedTensors(model.layout());
      FileModel result = new FileModel(where, architecture, model, tensors, source);
      result.requireKinds();
      return result;
    }
    throw unknown(where, type);
  }

  /**
   * Refuses, by the configuration alone, a family that llama.cpp has no architecture for; of a
   * model that is part of a larger one, and of families under other names, {@link #of} tells.
   *
   * @throws PbqException BAD_DATA naming the family
   */
  static void requireWritable(ModelFolder folder) {
    String type = folder.modelType().orElse("");
    if (Architectures.supported().contains(type)
        && !folder.config().has("text_config")
        && FileArchitectures.forModel(type).isEmpty()) {
      throw unknown(folder.path().toString(), type);
    }
  }

  private static PbqException unknown(String where, String type) {
    return PbqException.badData(
        Wording.of(
            "%s: llama.cpp has no architecture for model_type '%s' that pbq can write (it can: %s);"
                + " {format} hf exports it dense",
            where, type, String.join(", ", FileArchitectures.modelTypes())));
  }

  private void requireKinds() {
    List<DecoderFacts.Block> blocks = facts.blocks();
    if (architecture.mixture() && blocks.stream().allMatch(b -> b.mixture().isEmpty())) {
      throw unsaid("that no block has experts");
    }
    boolean latent = blocks.stream().anyMatch(b -> b.attention().latent().isPresent());
    for (Rope.Scaling scaling : RuntimeNotes.scalings(facts)) {
      if (latent && !(scaling instanceof Rope.None) && !(scaling instanceof Rope.Yarn)) {
        throw unsaid("a scaling of rotary positions other than yarn");
      }
      if (scaling instanceof Rope.Dynamic) {
        throw unsaid("frequencies of rotation that follow from the length of the text (Dynamic)");
      }
      if (scaling instanceof Rope.Yarn yarn && (yarn.betaFast() != 32 || yarn.betaSlow() != 1)) {
        throw unsaid("limits of yarn other than 32 and 1 turns, which llama.cpp does not read");
      }
    }
  }

  private PbqException unsaid(String what) {
    return PbqException.badData(
        Wording.of(
            "%s: a GGUF file of architecture %s cannot say %s; {format} hf exports the model dense",
            where, architecture.name(), what));
  }

  FileArchitecture architecture() {
    return architecture;
  }

  DecoderFacts facts() {
    return facts;
  }

  ComputedTensors tensors() {
    return tensors;
  }

  /** Vectors that the file has and the model does not, by their names. */
  Map<String, float[]> vectors() {
    return FactKeys.vectors(facts);
  }

  /**
   * How many pairs of features turn with time, height, width and a fourth position of pictures
   * among the text: what the configuration says, else thirds of all, as the family's models have
   * it. Text alone has one position. Empty for other families.
   */
  Optional<List<Integer>> sections() {
    if (!architecture.facts().contains(Fact.DELTA)) {
      return Optional.empty();
    }
    ObjectNode config = source.folder().config();
    JsonNode text = config.has("text_config") ? config.path("text_config") : config;
    JsonNode given = text.at("/rope_parameters/mrope_section");
    List<Integer> sections = new ArrayList<>();
    given.forEach(section -> sections.add(section.intValue()));
    if (sections.isEmpty()) {
      int pairs = facts.blocks().get(0).attention().rotary().orElseThrow().width() / 2;
      sections.addAll(List.of((pairs + 2) / 3, (pairs + 1) / 3, pairs / 3));
    }
    while (sections.size() < 4) {
      sections.add(0);
    }
    return Optional.of(sections);
  }

  /** The tensors of the file, in its order. */
  List<FileTensor> wanted() {
    List<FileTensor> wanted = new ArrayList<>();
    vectors()
        .forEach(
            (name, values) ->
                wanted.add(
                    new FileTensor(
                        name,
                        List.of(new Piece(name, values.length, 1, RowOrder.KEPT)),
                        List.of(values.length),
                        FileTensor.Kind.SMALL,
                        ValueChange.NONE)));
    for (FileTensor tensor : Placements.of(architecture, model, name -> false)) {
      boolean head = tensor.name().equals(FileArchitecture.HEAD);
      if (!head || tensors.hasHead()) {
        wanted.add(tensor);
      } else if (architecture.needsHead()) {
        Piece own = tensor.pieces().get(0);
        String embedding = model.layout().outer().embedding() + ".weight";
        Piece tied = new Piece(embedding, own.rows(), own.unit(), own.order());
        wanted.add(
            new FileTensor(
                tensor.name(), List.of(tied), tensor.dims(), tensor.kind(), ValueChange.NONE));
      }
    }
    requireKnown(wanted);
    return wanted;
  }

  private void requireKnown(List<FileTensor> wanted) {
    Set<String> names = new HashSet<>();
    for (FileTensor tensor : wanted) {
      names.add(tensor.name());
      if (architecture.lacks(tensor.name())) {
        throw unsaid("tensor " + tensor.pieces().get(0).source());
      }
    }
    for (int b = 0; b < model.blocks(); b++) {
      for (String needed : architecture.needs("blk." + b + ".")) {
        if (!names.contains(needed)) {
          throw unsaid("that there is no tensor " + needed);
        }
      }
    }
  }

  /** What is left out. */
  List<String> notes() {
    List<String> notes = new ArrayList<>(source.modelNotes());
    List<String> unused = source.unused();
    if (!unused.isEmpty()) {
      String more = unused.size() > 3 ? " and " + (unused.size() - 3) + " others" : "";
      notes.add(
          "left out, because the model does not use them: "
              + String.join(", ", unused.subList(0, Math.min(3, unused.size())))
              + more);
    }
    notes.addAll(RuntimeNotes.of(architecture, facts));
    return notes;
  }

  /**
   * Reads from the file what model it stands for, and compares.
   *
   * @throws PbqException BAD_DATA naming facts of the model that the file cannot say
   */
  void requireSaid(Path file) {
    List<String> different;
    try (GgufFile opened = GgufFile.open(file)) {
      FileArchitecture read = FileArchitectures.of(opened.metadata());
      ObjectNode config = ModelConfigs.of(opened, read);
      CausalModel other = Architectures.of(config, file.toString());
      different = new ArrayList<>(FactTable.differences(model, other));
    }
    // Which of the two functions called gelu it is, files of no architecture say.
    different.remove(FactTable.GELU);
    if (!different.isEmpty()) {
      throw unsaid(String.join(", ", different));
    }
  }
}
