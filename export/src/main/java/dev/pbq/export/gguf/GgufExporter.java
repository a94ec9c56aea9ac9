package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputFile;
import dev.pbq.core.data.Surroundings;
import dev.pbq.core.data.Tokenizer;
import dev.pbq.core.data.Tokenizers;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.ExportSource;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.Exporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** One GGUF file for llama.cpp and what reads its files: weights, hyper-parameters, tokenizer. */
public final class GgufExporter implements Exporter {
  private static final String OUTTYPE = "outtype";
  private static final String PRE = "pre";
  private static final String NO_TOKENIZER = "no-tokenizer";

  /** The version of ggml's block formats. */
  private static final int QUANTIZATION_VERSION = 2;

  @Override
  public String name() {
    return "gguf";
  }

  @Override
  public String summary() {
    return "one file for llama.cpp (llama, mistral, qwen2)";
  }

  @Override
  public Set<String> options() {
    return Set.of(OUTTYPE, PRE, NO_TOKENIZER);
  }

  @Override
  public ExportReport export(ExportRequest request, ExportProgress progress) {
    request.requireOptionsOf(this);
    OutType asked = OutType.parse(request.option(OUTTYPE).orElse(OutType.AUTO));
    ModelFolder folder = request.source();
    LlamaArchitecture architecture = LlamaArchitecture.of(folder);
    requireOwnKind(request);
    try (ExportSource source = ExportSource.open(folder);
        OutputFile output = OutputFile.open(request.target(), request.force())) {
      List<String> notes = new ArrayList<>();
      Metadata metadata = new Metadata();
      boolean vocabulary = request.option(NO_TOKENIZER).isEmpty();
      TypePlan types = new TypePlan(source, asked, request.lossy());
      List<PlannedTensor> tensors = plan(source, architecture, types, progress);
      notes.addAll(types.finish());
      putGeneral(metadata, source, architecture, tensors);
      notes.addAll(architecture.describe(source, metadata));
      if (vocabulary) {
        notes.addAll(putTokenizer(metadata, request, architecture));
      } else {
        metadata.putString("tokenizer.ggml.model", "no_vocab");
        notes.add("the file holds no tokenizer");
      }
      architecture.ropeDivisors().ifPresent(divisors -> tensors.add(0, ropeFrequencies(divisors)));
      TensorRows rows = new TensorRows(source, architecture.ropeDivisors());
      long bytes = new GgufWriter(rows, progress).write(output.work(), metadata, tensors);
      List<ExportedTensor> checked =
          new GgufCheck(source, architecture, progress).check(output.work(), tensors, vocabulary);
      notes.addAll(request.check().look(output.work(), checked));
      output.commit();
      return new ExportReport(name(), output.target(), bytes, checked, notes);
    }
  }

  /** Force is for replacing exports, not for whatever file was named by mistake. */
  private static void requireOwnKind(ExportRequest request) {
    Path target = request.target();
    if (!request.force() || !Files.isRegularFile(target)) {
      return;
    }
    try (InputStream in = Files.newInputStream(target)) {
      byte[] magic = in.readNBytes(GgufWriter.MAGIC.length());
      if (magic.length > 0
          && !new String(magic, StandardCharsets.US_ASCII).equals(GgufWriter.MAGIC)) {
        throw PbqException.usage(
            "output " + target + " exists and is not a GGUF file: not replaced");
      }
    } catch (IOException e) {
      throw PbqException.usage("output " + target + " exists and cannot be read: not replaced");
    }
  }

  private static PlannedTensor ropeFrequencies(float[] divisors) {
    return new PlannedTensor(
        TensorRows.ROPE,
        TensorRows.ROPE,
        new long[] {divisors.length},
        0,
        GgufType.F32,
        Fill.EXACT);
  }

  private static List<PlannedTensor> plan(
      ExportSource source,
      LlamaArchitecture architecture,
      TypePlan types,
      ExportProgress progress) {
    List<String> names =
        source.names().stream().filter(name -> !architecture.leavesOut(name)).toList();
    List<PlannedTensor> tensors = new ArrayList<>();
    for (String name : names) {
      progress.at("plan", name, tensors.size(), names.size());
      TensorPlaces.Place place = architecture.places().of(name);
      TypePlan.Choice choice = types.choose(name, place.linear());
      tensors.add(
          new PlannedTensor(
              name,
              place.name(),
              source.shape(name),
              place.permutedHeads(),
              choice.type(),
              choice.fill()));
    }
    return tensors;
  }

  private static void putGeneral(
      Metadata metadata,
      ExportSource source,
      LlamaArchitecture architecture,
      List<PlannedTensor> tensors) {
    metadata.putString("general.architecture", architecture.name());
    metadata.putString("general.type", "model");
    metadata.putString(
        "general.name", source.folder().path().toAbsolutePath().normalize().getFileName() + "");
    metadata.putCount("general.file_type", mostly(architecture, tensors).fileType());
    if (tensors.stream().anyMatch(t -> t.type().isQuantized())) {
      metadata.putCount("general.quantization_version", QUANTIZATION_VERSION);
    }
    if (source.isPacked()) {
      metadata.putString("general.quantized_by", "pbq " + source.method());
    }
  }

  /** The type of most weights of the linears. */
  private static GgufType mostly(LlamaArchitecture architecture, List<PlannedTensor> tensors) {
    Map<GgufType, Long> weights = new EnumMap<>(GgufType.class);
    for (PlannedTensor tensor : tensors) {
      if (architecture.places().isLinear(tensor.source())) {
        weights.merge(tensor.type(), (long) tensor.rows() * tensor.cols(), Long::sum);
      }
    }
    return weights.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(GgufType.F32);
  }

  private static List<String> putTokenizer(
      Metadata metadata, ExportRequest request, LlamaArchitecture architecture) {
    TokenizerFiles files = new TokenizerFiles(request.source().path());
    Vocabulary vocabulary =
        new Vocabularies(files, architecture.vocabularySize(), request.option(PRE)).read();
    metadata.putString("tokenizer.ggml.model", vocabulary.model());
    metadata.putString("tokenizer.ggml.pre", vocabulary.pre());
    metadata.putStrings("tokenizer.ggml.tokens", vocabulary.tokens());
    if (!vocabulary.scores().isEmpty()) {
      metadata.putFloats("tokenizer.ggml.scores", vocabulary.scores());
    }
    metadata.putInts("tokenizer.ggml.token_type", vocabulary.types());
    if (!vocabulary.merges().isEmpty()) {
      metadata.putStrings("tokenizer.ggml.merges", vocabulary.merges());
    }
    putId(metadata, "unknown", vocabulary.unknown());
    putId(
        metadata,
        "padding",
        files.special("pad").map(vocabulary::id).orElseGet(OptionalInt::empty));
    try (Tokenizer tokenizer = Tokenizers.open(request.source().path())) {
      putId(metadata, "bos", tokenizer.bosTokenId());
      putId(metadata, "eos", tokenizer.eosTokenId());
      // What the model was evaluated with, rather than what one of several files says.
      Surroundings around = tokenizer.surroundings();
      metadata.putFlag("tokenizer.ggml.add_bos_token", around.beginsWith(tokenizer.bosTokenId()));
      metadata.putFlag("tokenizer.ggml.add_eos_token", around.endsWith(tokenizer.eosTokenId()));
    }
    vocabulary
        .spacePrefix()
        .ifPresent(prefix -> metadata.putFlag("tokenizer.ggml.add_space_prefix", prefix));
    files
        .chatTemplate()
        .ifPresent(template -> metadata.putString("tokenizer.chat_template", template));
    return vocabulary.notes();
  }

  private static void putId(Metadata metadata, String which, OptionalInt id) {
    if (id.isPresent()) {
      if (id.getAsInt() < 0) {
        throw PbqException.badData("token id " + id.getAsInt() + " of " + which);
      }
      metadata.putCount("tokenizer.ggml." + which + "_token_id", id.getAsInt());
    }
  }
}
