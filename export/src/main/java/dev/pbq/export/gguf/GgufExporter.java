package dev.pbq.export.gguf;

import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputFile;
import dev.pbq.export.ExportProgress;
import dev.pbq.export.ExportReport;
import dev.pbq.export.ExportRequest;
import dev.pbq.export.ExportSource;
import dev.pbq.export.ExportedTensor;
import dev.pbq.export.Exporter;
import dev.pbq.export.gguf.family.FactKeys;
import dev.pbq.export.gguf.family.FileTensor;
import dev.pbq.export.gguf.family.KeyNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One GGUF file for llama.cpp and what reads its files: weights, hyper-parameters, tokenizer. */
public final class GgufExporter implements Exporter {
  private static final String OUTTYPE = "outtype";
  private static final String PRE = "pre";
  private static final String NO_TOKENIZER = "no-tokenizer";

  @Override
  public String name() {
    return "gguf";
  }

  @Override
  public String summary() {
    return "one file for llama.cpp";
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
    requireOwnKind(request);
    FileModel.requireWritable(folder);
    try (ExportSource source = ExportSource.open(folder);
        OutputFile output = OutputFile.open(request.target(), request.force())) {
      FileModel model = FileModel.of(source);
      TypePlan types = new TypePlan(model.tensors(), asked, request.lossy());
      List<PlannedTensor> planned = plan(model, types, progress);
      List<String> notes = new ArrayList<>(types.finish());
      notes.addAll(model.notes());
      Metadata metadata = new Metadata();
      GeneralKeys.put(metadata, source, model, planned);
      FactKeys.put(model.architecture(), model.facts(), metadata.of(model.architecture().name()));
      String sections = model.architecture().name() + "." + KeyNames.SECTIONS;
      model.sections().ifPresent(numbers -> metadata.putInts(sections, numbers));
      boolean vocabulary = request.option(NO_TOKENIZER).isEmpty();
      if (vocabulary) {
        notes.addAll(
            TokenizerKeys.put(
                metadata, folder.path(), model.facts().vocabulary(), request.option(PRE)));
      } else {
        metadata.putString("tokenizer.ggml.model", "no_vocab");
        notes.add("the file holds no tokenizer");
      }
      TensorRows rows = new TensorRows(model.tensors(), model.vectors());
      long bytes = new GgufWriter(rows, progress).write(output.work(), metadata, planned);
      List<ExportedTensor> checked =
          new GgufCheck(rows, model.facts().vocabulary(), progress)
              .check(output.work(), planned, vocabulary);
      checked.removeIf(tensor -> model.vectors().containsKey(tensor.source()));
      model.requireSaid(output.work());
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

  private static List<PlannedTensor> plan(
      FileModel model, TypePlan types, ExportProgress progress) {
    List<FileTensor> wanted = model.wanted();
    List<PlannedTensor> tensors = new ArrayList<>();
    for (FileTensor tensor : wanted) {
      progress.at("plan", tensor.pieces().get(0).source(), tensors.size(), wanted.size());
      boolean made = model.vectors().containsKey(tensor.name());
      TypePlan.Choice choice =
          made ? new TypePlan.Choice(GgufType.F32, Fill.EXACT) : types.choose(tensor);
      tensors.add(new PlannedTensor(tensor, choice.type(), choice.fill()));
    }
    return tensors;
  }
}
