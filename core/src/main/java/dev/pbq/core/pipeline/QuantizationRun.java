package dev.pbq.core.pipeline;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.CheckpointWriter;
import dev.pbq.core.checkpoint.FolderChecksums;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.core.checkpoint.SafetensorsFile;
import dev.pbq.core.checkpoint.TensorDigest;
import dev.pbq.core.data.Calibration;
import dev.pbq.core.linalg.Hessian;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.TransformerModel;
import dev.pbq.core.model.VocabularyTable;
import dev.pbq.core.packed.QuantizedLinear;
import dev.pbq.core.tensor.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One quantization from start to finished directory, journaled block by block. A run that is killed
 * at any moment continues with {@link RunOutput#resume()} and gives the same weights, bit for bit,
 * as one that was not.
 */
public final class QuantizationRun {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private final ModelFolder source;
  private final Checkpoint original;
  private final TransformerModel model;
  private final QuantizationPlan plan;
  private final Optional<Calibration> calibration;
  private final Optional<BlockCorrection> correction;
  private final RunSettings settings;
  private final ProgressListener progress;
  private final RunMeans means;

  /**
   * Prepares a run; nothing is read or written yet.
   *
   * @param original the dense weights of {@code source}, not owned; must stay open during the run
   * @param calibration present if the plan needs it
   */
  public QuantizationRun(
      ModelFolder source,
      Checkpoint original,
      TransformerModel model,
      QuantizationPlan plan,
      Optional<Calibration> calibration,
      RunSettings settings,
      ProgressListener progress) {
    this(
        source,
        original,
        model,
        plan,
        calibration,
        Optional.empty(),
        settings,
        RunMeans.USUAL,
        progress);
  }

  /**
   * As the other, with block-wise error correction and means of its own.
   *
   * @param plan one that needs calibration, in rounds of one input each ({@link
   *     QuantizationPlan#corrected})
   * @throws PbqException USAGE naming what the means' engine does not carry
   */
  public QuantizationRun(
      ModelFolder source,
      Checkpoint original,
      TransformerModel model,
      QuantizationPlan plan,
      Optional<Calibration> calibration,
      Optional<BlockCorrection> correction,
      RunSettings settings,
      RunMeans means,
      ProgressListener progress) {
    if (plan.needsCalibration() && calibration.isEmpty()) {
      throw new IllegalArgumentException("the plan needs calibration data");
    }
    means.engine().ifPresent(engine -> engine.requireFit(plan, correction.isPresent()));
    this.source = source;
    this.original = original;
    this.model = model;
    this.plan = plan;
    this.calibration = plan.needsCalibration() ? calibration : Optional.empty();
    this.correction = correction;
    this.settings = settings;
    this.means = means;
    this.progress = progress;
  }

  /**
   * Runs to the end.
   *
   * @param engine asked for managers only if a method needs calibration; closed by this run
   * @return the report, also stored in the directory
   */
  public QuantizationReport run(Supplier<NDManager> engine) {
    OutputDirectory.Mode mode =
        settings.output().resume()
            ? OutputDirectory.Mode.RESUME
            : OutputDirectory.Mode.KEEP_UNFINISHED;
    try (OutputDirectory output =
        OutputDirectory.open(
            settings.output().directory(),
            settings.output().force(),
            mode,
            List.of(source.path()))) {
      output.requireOwn(Journal.FILE, PackedFolder.REPORT);
      Path work = output.work();
      Fingerprint fingerprint = fingerprint();
      QuantizationReport report;
      if (Files.exists(work.resolve(PackedFolder.REPORT))) {
        // Killed between the last write and the final rename: the work is complete.
        fingerprint.requireSame(PackedFolder.fingerprint(work), work);
        report = QuantizationReport.read(work);
      } else {
        Journal journal = openJournal(work, fingerprint);
        quantize(engine, output, journal);
        progress.assembling();
        report = assemble(work, journal, fingerprint);
      }
      removeScratch(work);
      output.commit(Journal.FILE);
      return report;
    } catch (IOException e) {
      throw PbqException.resources(
          "cannot complete " + settings.output().directory() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Quantizes the plan's layers without making a result of them.
   *
   * @param scratch an empty folder; what is written into it is of no use afterwards
   * @param engine as of {@link #run}
   * @return {@link TensorDigest} of every tensor that the packed layers have, by name
   */
  public Map<String, String> digests(Path scratch, Supplier<NDManager> engine) {
    Journal journal = openJournal(scratch, fingerprint());
    runBlocks(engine, scratch, journal);
    Map<String, String> digests = new TreeMap<>();
    for (Journal.Entry entry : journal.entries()) {
      if (entry.shard() != null) {
        try (SafetensorsFile shard = SafetensorsFile.open(scratch.resolve(entry.shard()))) {
          shard.names().forEach(name -> digests.put(name, TensorDigest.of(shard, name)));
        }
      }
    }
    return digests;
  }

  private void quantize(Supplier<NDManager> engine, OutputDirectory output, Journal journal) {
    boolean done = false;
    try {
      runBlocks(engine, output.work(), journal);
      done = true;
    } finally {
      if (!done && journal.entries().isEmpty()) {
        // A run that failed before its first block was done has nothing to resume.
        output.discard();
      }
    }
  }

  private void runBlocks(Supplier<NDManager> engine, Path work, Journal journal) {
    List<PlannedBlock> all = plan.blocks();
    List<PlannedBlock> blocks = all.subList(journal.finishedBlocks(), all.size());
    progress.started(all.size(), all.size() - blocks.size());
    if (blocks.isEmpty()) {
      return;
    }
    BlockStore store = new BlockStore(work, journal, plan.calibratesLinears());
    TableStage tables = new TableStage(plan.tables(), original, model.layout(), progress);
    tables.run(store, journal, table -> headHessian(table, engine, work));
    if (!plan.calibratesLinears()) {
      means
          .engine()
          .ifPresentOrElse(
              e ->
                  TensorStream.store(
                      blocks,
                      TensorStream.Source.of(e.linears(blocks)),
                      store,
                      means.memory().overlaps(),
                      progress),
              () ->
                  new TensorStream(model.layout().view(original), store, means.memory(), progress)
                      .run(blocks));
      return;
    }
    BlockLoop loop = new BlockLoop(original, plan, means.memory(), store, progress);
    if (plan.targets() == Targets.QUANTIZED) {
      RoundCalibrator.requireFit(plan, calibration.orElseThrow().windows().length);
    }
    try (BlockRunner runner = runner(work, journal, tables.embedding(work, journal), engine)) {
      loop.run(blocks, runner);
    }
  }

  private BlockRunner runner(
      Path work, Journal journal, Map<String, QuantizedLinear> tables, Supplier<NDManager> engine) {
    Calibration windows = calibration.orElseThrow();
    if (means.engine().isPresent()) {
      return new RemoteBlocks(
          means.engine().get().windows(windows), tables, work, journal.entries(), progress);
    }
    WeightSource stored =
        tables.isEmpty() ? original : new OverlayWeights(original, tables, Map.of());
    return new LocalBlocks(
        original,
        causal(),
        plan.targets(),
        windows,
        correction,
        stored,
        means.memory(),
        work,
        progress,
        engine);
  }

  private Hessian headHessian(VocabularyTable table, Supplier<NDManager> engine, Path work) {
    try (NDManager manager = engine.get()) {
      return new HeadCalibrator(
              original, causal(), calibration.orElseThrow(), means.memory(), work, progress)
          .hessian(table, manager);
    }
  }

  private CausalModel causal() {
    if (model instanceof CausalModel causal) {
      return causal;
    }
    throw new IllegalStateException("a calibrated plan of a " + model.architecture() + " model");
  }

  private Journal openJournal(Path work, Fingerprint fingerprint) {
    Journal.Header header = new Journal.Header(fingerprint, settings.version());
    return Files.exists(work.resolve(Journal.FILE))
        ? Journal.resume(work, header)
        : Journal.create(work, header);
  }

  private Fingerprint fingerprint() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("weights", WeightsFingerprint.of(original));
    parts.put("calibration", calibration.map(Calibration::sha256).orElse("none"));
    try {
      // Sorted keys, so that the order in which options were given does not matter.
      Object sorted = JSON.treeToValue(settings.settings(), Object.class);
      parts.put("settings", settings.method() + " " + JSON.writeValueAsString(sorted));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("settings are JSON already", e);
    }
    parts.put("version", settings.version());
    return new Fingerprint(parts);
  }

  private QuantizationReport assemble(Path work, Journal journal, Fingerprint fingerprint)
      throws IOException {
    List<LinearOutcome> all = new ArrayList<>();
    List<CorrectionOutcome> corrections = new ArrayList<>();
    double seconds = 0;
    List<SafetensorsFile> shards = new ArrayList<>();
    try {
      for (Journal.Entry entry : journal.entries()) {
        all.addAll(entry.linears());
        corrections.addAll(entry.corrections());
        seconds += entry.seconds();
        if (entry.shard() != null) {
          shards.add(SafetensorsFile.open(work.resolve(entry.shard())));
        }
      }
      CheckpointWriter.Written written =
          new PackedFolder(source, original, model.layout())
              .write(work, settings, shards, all.stream().map(LinearOutcome::name).toList());
      QuantizationReport report =
          report(all, corrections, written, seconds, FolderChecksums.seal(work));
      PackedFolder.writeReport(work, report, fingerprint);
      return report;
    } finally {
      shards.forEach(SafetensorsFile::close);
    }
  }

  private QuantizationReport report(
      List<LinearOutcome> all,
      List<CorrectionOutcome> corrections,
      CheckpointWriter.Written written,
      double seconds,
      FolderChecksums sums) {
    Map<Boolean, List<LinearOutcome>> outside =
        all.stream().collect(Collectors.partitioningBy(LinearOutcome::isOutside));
    OptionalLong peak = PeakMemory.bytes();
    return new QuantizationReport(
        settings.version(),
        settings.model(),
        settings.method(),
        settings.settings(),
        calibration.map(QuantizationReport.CalibrationUsed::of).orElse(null),
        QuantizationReport.Size.of(outside.get(false), written, original),
        VocabularySize.of(
            VocabularyTables.of(source, original, model.layout()),
            outside.get(true),
            written.fileBytes(),
            original),
        outside.get(false),
        corrections,
        seconds,
        peak.isPresent() ? peak.getAsLong() : null,
        sums.tensors());
  }

  private static void removeScratch(Path work) throws IOException {
    try (Stream<Path> files = Files.list(work)) {
      for (Path file : files.filter(BlockStore::isScratch).toList()) {
        Files.delete(file);
      }
    }
  }
}
