package dev.pbq.export.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pbq.core.PbqException;
import dev.pbq.core.Wording;
import dev.pbq.core.data.SentencePieceModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes the vocabulary of a folder's tokenizer, in the form that GGUF has for its kind. */
final class Vocabularies {
  private static final String SENTENCE_PIECE = "llama";
  private static final String BYTE_LEVEL = "gpt2";

  private final TokenizerFiles files;
  private final int size;
  private final Optional<String> pre;

  /**
   * @param size ids of the model: rows of its embedding
   * @param pre the splitting rule that the user names
   */
  Vocabularies(TokenizerFiles files, int size, Optional<String> pre) {
    this.files = files;
    this.size = size;
    this.pre = pre;
  }

  /**
   * The vocabulary: of tokenizer.model, else of tokenizer.json, else of vocab.json with merges.txt.
   *
   * @throws PbqException USAGE if GGUF has no form for the tokenizer; NOT_FOUND if there is none
   */
  Vocabulary read() {
    JsonNode json = files.json(TokenizerFiles.JSON);
    boolean byteLevel = hasType(json, "ByteLevel");
    if (files.has(TokenizerFiles.MODEL) && !byteLevel) {
      return pieces();
    }
    if (!json.isMissingNode()) {
      JsonNode model = json.path("model");
      if (!model.path("type").asText("BPE").equals("BPE")) {
        throw unsupported("of type " + model.path("type").asText());
      }
      Map<String, Integer> vocabulary = new LinkedHashMap<>();
      model
          .path("vocab")
          .properties()
          .forEach(e -> vocabulary.put(e.getKey(), e.getValue().asInt()));
      if (byteLevel) {
        return byteLevel(vocabulary, merges(model), pre.orElseGet(() -> preOf(json)));
      }
      if (model.path("byte_fallback").asBoolean()) {
        return mergedPieces(json, vocabulary, merges(model));
      }
      throw unsupported("BPE that is neither byte-level nor falls back to bytes");
    }
    if (files.has(TokenizerFiles.VOCABULARY) && files.has(TokenizerFiles.MERGES)) {
      Map<String, Integer> vocabulary = new LinkedHashMap<>();
      files
          .json(TokenizerFiles.VOCABULARY)
          .properties()
          .forEach(e -> vocabulary.put(e.getKey(), e.getValue().asInt()));
      List<String> merges =
          files
              .text(TokenizerFiles.MERGES)
              .lines()
              .filter(line -> !line.isEmpty() && !line.startsWith("#version"))
              .toList();
      return byteLevel(vocabulary, merges, pre.orElseGet(this::preOfClass));
    }
    throw PbqException.notFound(
        Wording.of(
            "%s has no tokenizer; {tokenizer=false} exports the weights alone", files.folder()));
  }

  private PbqException unsupported(String what) {
    return PbqException.setting(
        "%s: GGUF has no form for a tokenizer %s; {tokenizer=false} exports the weights alone",
        files.folder(), what);
  }

  private Vocabulary pieces() {
    SentencePieceModel model =
        SentencePieceModel.parse(
            files.folder().resolve(TokenizerFiles.MODEL), files.bytes(TokenizerFiles.MODEL));
    Vocabulary.Builder builder = new Vocabulary.Builder(size);
    OptionalInt unknown = OptionalInt.empty();
    for (int id = 0; id < model.pieces().size(); id++) {
      SentencePieceModel.Piece piece = model.pieces().get(id);
      builder.put(id, piece.text(), piece.type().code(), piece.score());
      if (piece.type() == SentencePieceModel.PieceType.UNKNOWN) {
        unknown = OptionalInt.of(id);
      }
    }
    files.added().forEach(builder::add);
    return finish(
        builder,
        SENTENCE_PIECE,
        "default",
        List.of(),
        unknown,
        Optional.of(model.dummyPrefix()),
        "");
  }

  /** SentencePiece merges the pair with the best score first: scores follow the order of merges. */
  private Vocabulary mergedPieces(
      JsonNode json, Map<String, Integer> vocabulary, List<String> merges) {
    Map<String, Integer> order = new HashMap<>();
    for (String merge : merges) {
      int space = merge.indexOf(' ');
      if (space > 0) {
        order.putIfAbsent(merge.substring(0, space) + merge.substring(space + 1), order.size());
      }
    }
    String unknownText = json.path("model").path("unk_token").asText("<unk>");
    Vocabulary.Builder builder = new Vocabulary.Builder(size);
    OptionalInt unknown = OptionalInt.empty();
    int last = order.size();
    for (Map.Entry<String, Integer> e : vocabulary.entrySet()) {
      String text = e.getKey();
      int type = Vocabulary.NORMAL;
      float score = -order.getOrDefault(text, last);
      if (text.equals(unknownText)) {
        type = Vocabulary.UNKNOWN;
        unknown = OptionalInt.of(e.getValue());
        score = 0;
      } else if (text.matches("<0x[0-9A-F]{2}>")) {
        type = Vocabulary.BYTE;
        score = 0;
      }
      builder.put(e.getValue(), text, type, score);
    }
    files.added().forEach(builder::add);
    return finish(
        builder,
        SENTENCE_PIECE,
        "default",
        List.of(),
        unknown,
        Optional.of(hasType(json.path("normalizer"), "Prepend") || hasType(json, "Metaspace")),
        "the tokenizer has no scores; they were taken from the order of its merges");
  }

  private Vocabulary byteLevel(Map<String, Integer> vocabulary, List<String> merges, String pre) {
    Vocabulary.Builder builder = new Vocabulary.Builder(size);
    vocabulary.forEach((text, id) -> builder.put(id, text, Vocabulary.NORMAL, 0));
    files.added().forEach(builder::add);
    Optional<String> unknown = files.special("unk");
    OptionalInt id =
        unknown.map(vocabulary::get).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    return finish(builder, BYTE_LEVEL, pre, merges, id, Optional.empty(), "");
  }

  private Vocabulary finish(
      Vocabulary.Builder builder,
      String model,
      String pre,
      List<String> merges,
      OptionalInt unknown,
      Optional<Boolean> spacePrefix,
      String note) {
    List<String> notes = new ArrayList<>();
    if (!note.isEmpty()) {
      notes.add(note);
    }
    if (builder.beyond() > 0) {
      notes.add(builder.beyond() + " tokens of the tokenizer have no embedding and were left out");
    }
    List<String> tokens = builder.tokens();
    return new Vocabulary(
        model,
        pre,
        tokens,
        builder.types(),
        model.equals(SENTENCE_PIECE) ? builder.scores() : List.of(),
        merges,
        unknown,
        spacePrefix,
        notes);
  }

  /** Merges are strings, or in newer files pairs. */
  private static List<String> merges(JsonNode model) {
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : model.path("merges")) {
      merges.add(
          merge.isArray() ? merge.get(0).asText() + " " + merge.get(1).asText() : merge.asText());
    }
    return merges;
  }

  private String preOf(JsonNode json) {
    List<String> patterns = new ArrayList<>();
    collect(json.path("pre_tokenizer"), patterns);
    return SplitRule.of(patterns)
        .orElseThrow(
            () ->
                PbqException.setting(
                    "%s: its splitting rule %s is none that pbq knows llama.cpp's name for; give it"
                        + " with {pre}",
                    files.folder().resolve(TokenizerFiles.JSON), patterns));
  }

  private String preOfClass() {
    String name = files.tokenizerClass();
    if (name.startsWith("Qwen2")) {
      return "qwen2";
    }
    if (name.startsWith("GPT2")) {
      return "gpt-2";
    }
    throw PbqException.setting(
        "%s: tokenizer_class '%s' does not say how text is split; give llama.cpp's name for it with"
            + " {pre}",
        files.folder(), name);
  }

  /** The types and patterns of a pre-tokenizer and all that it is made of. */
  private static void collect(JsonNode node, List<String> patterns) {
    switch (node.path("type").asText("")) {
      case "Sequence" -> node.path("pretokenizers").forEach(part -> collect(part, patterns));
      case "Split" -> patterns.add(node.path("pattern").path("Regex").asText());
      case "Digits" ->
          patterns.add(node.path("individual_digits").asBoolean() ? "digits" : "numbers");
      case "ByteLevel" -> {
        if (node.path("use_regex").asBoolean(true)) {
          patterns.add("byte-level");
        }
      }
      default -> patterns.add(node.path("type").asText("none"));
    }
  }

  private static boolean hasType(JsonNode node, String type) {
    if (node.isObject() && node.path("type").asText("").equals(type)) {
      return true;
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      // The vocabulary is large and holds no types.
      if (!field.getKey().equals("vocab") && hasType(field.getValue(), type)) {
        return true;
      }
    }
    for (JsonNode item : node.isArray() ? node : JsonNodeFactory.instance.arrayNode()) {
      if (item.isContainerNode() && hasType(item, type)) {
        return true;
      }
    }
    return false;
  }
}
