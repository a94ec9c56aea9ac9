package dev.pbq.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.checkpoint.ShardSize;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.pipeline.LinearSelection;
import dev.pbq.core.pipeline.ProgressListener;
import dev.pbq.core.pipeline.QuantizationPlan;
import dev.pbq.core.pipeline.QuantizationRun;
import dev.pbq.core.pipeline.RunOutput;
import dev.pbq.core.pipeline.RunSettings;
import dev.pbq.core.quant.Quantizer;
import dev.pbq.core.quant.QuantizerProvider;
import dev.pbq.formats.BlockFloatProvider;
import dev.pbq.gptqpb.RtnProvider;
import dev.pbq.hqq.HqqProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whole data-free quantizations of layers of a 7B model, from the checkpoint to the finished
 * folder, against the ceiling that {@link WideningCopy} measures: the same weights read, widened
 * and written. Ceiling and methods take turns within one process, so that they meet the same
 * machine; the first turn, in which the compiler is still at work, is printed and not counted.
 *
 * <p>Arguments: folder of a model as {@link SyntheticModel} writes it (made, with one block and a
 * small vocabulary, if it is not there), threads (all), repetitions (3), methods (all; or names of
 * them separated by commas).
 */
public final class HqqMacro {
  private static final int VOCABULARY = 512;

  /** One configuration and what it took, turn by turn. */
  private record Row(
      String label, QuantizerProvider<?> provider, String method, String settings, Times times) {}

  private static final class Times {
    private final List<Double> wall = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();
    private double peak;

    /** The quickest turn but the first: other work on the machine only ever adds. */
    static double best(List<Double> seconds) {
      return seconds.stream().skip(1).mapToDouble(s -> s).min().orElse(seconds.get(0));
    }
  }

  private static final class Body {
    private final Times cached = new Times();
    private final Times flushed = new Times();
  }

  private final Path folder;
  private final int threads;
  private final Path scratch;
  private final ModelFolder source;
  private final CausalModel model;
  private final Checkpoint weights;

  private HqqMacro(Path folder, int threads, Checkpoint weights) {
    this.folder = folder;
    this.threads = threads;
    this.scratch = folder.resolveSibling(folder.getFileName() + "-out");
    this.source = ModelFolder.open(folder);
    this.model = Architectures.of(source.config(), folder.toString());
    this.weights = weights;
  }

  /** Runs the benchmark. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]).toAbsolutePath();
    int threads =
        args.length > 1 ? Integer.parseInt(args[1]) : Runtime.getRuntime().availableProcessors();
    int repetitions = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    List<String> only = args.length > 3 ? List.of(args[3].split(",")) : List.of();
    if (!Files.exists(folder)) {
      SyntheticModel.write(SyntheticShape.LLAMA_7B, folder, 1, VOCABULARY);
    }
    try (Checkpoint weights = Checkpoint.open(folder)) {
      new HqqMacro(folder, threads, weights).run(repetitions, only);
    }
  }

  private void run(int repetitions, List<String> only) throws IOException {
    List<Row> rows = rows().stream().filter(r -> only.isEmpty() || only.contains(r.label)).toList();
    List<String> linears = plan(rows.get(0)).linears().map(l -> l.name() + ".weight").toList();
    long count = plan(rows.get(0)).weights();
    System.out.printf(
        Locale.ROOT,
        "%s: %,d weights in %d layers, %d threads%n",
        folder,
        count,
        linears.size(),
        threads);
    Body ceiling = new Body();
    for (int i = 0; i <= repetitions; i++) {
      copy("read, widen, write", linears, false, ceiling.cached);
      copy("read, widen, write, flush", linears, true, ceiling.flushed);
      for (Row row : rows) {
        quantize(row);
      }
      System.out.println();
    }
    double cached = Times.best(ceiling.cached.wall);
    double flushed = Times.best(ceiling.flushed.wall);
    System.out.printf(
        Locale.ROOT,
        "%-26s %8s %8s %10s %12s %12s %9s%n",
        "best of " + repetitions,
        "CPU-s",
        "s",
        "Mweights/s",
        "of unflushed",
        "of flushed",
        "peak MB");
    print("read, widen, write", ceiling.cached, count, cached, flushed);
    print("read, widen, write, flush", ceiling.flushed, count, cached, flushed);
    for (Row row : rows) {
      print(row.label, row.times, count, cached, flushed);
    }
  }

  private static List<Row> rows() {
    return List.of(
        row("hqq 4 bit g64", new HqqProvider(), "hqq", "{\"bits\":4,\"groupsize\":64}"),
        row(
            "hqq 4 bit g64 axis 0",
            new HqqProvider(),
            "hqq",
            "{\"bits\":4,\"groupsize\":64,\"axis\":0}"),
        row("hqq 2 bit g16", new HqqProvider(), "hqq", "{\"bits\":2,\"groupsize\":16}"),
        row("bfp 6 bit", new BlockFloatProvider(), "bfp", "{\"bits\":6}"),
        row("rtn 4 bit g128", new RtnProvider(), "rtn", "{\"bits\":4,\"groupsize\":128}"));
  }

  private static Row row(
      String label, QuantizerProvider<?> provider, String method, String settings) {
    return new Row(label, provider, method, settings, new Times());
  }

  private void copy(String label, List<String> tensors, boolean flush, Times times)
      throws IOException {
    Files.createDirectories(scratch);
    Path file = scratch.resolve("widened.f32");
    measure(
        label,
        times,
        () -> Parallel.withThreads(threads, () -> WideningCopy.run(weights, tensors, file, flush)));
    Files.delete(file);
  }

  /** The result of the turn before is removed first: replacing it is not part of the work. */
  private void quantize(Row row) throws IOException {
    removeResult();
    RunSettings settings =
        new RunSettings(
            "synthetic",
            row.method,
            parse(row.settings),
            "bench",
            new RunOutput(scratch.resolve("quantized"), false, true, ShardSize.DEFAULT, Map.of()));
    QuantizationRun run =
        new QuantizationRun(
            source, weights, model, plan(row), Optional.empty(), settings, ProgressListener.SILENT);
    measure(
        row.label,
        row.times,
        () ->
            Parallel.withThreads(
                threads,
                () ->
                    run.run(
                        () -> {
                          throw new IllegalStateException("no engine is needed");
                        })));
  }

  private void removeResult() throws IOException {
    Path result = scratch.resolve("quantized");
    if (Files.exists(result)) {
      try (Stream<Path> files = Files.list(result)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(result);
    }
  }

  private QuantizationPlan plan(Row row) {
    Quantizer quantizer = create(row.provider, row.method, row.settings);
    return QuantizationPlan.of(model, LinearSelection.all(), linear -> quantizer);
  }

  private static <S extends Record> Quantizer create(
      QuantizerProvider<S> provider, String method, String settings) {
    try {
      return provider.create(
          method, new ObjectMapper().readValue(settings, provider.settingsType()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(settings, e);
    }
  }

  private static ObjectNode parse(String json) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(json, e);
    }
  }

  private static void measure(String what, Times times, Runnable body) {
    System.gc();
    ProcessMeter.resetPeak();
    double cpu = ProcessMeter.cpuSeconds();
    long start = System.nanoTime();
    body.run();
    double wall = (System.nanoTime() - start) * 1e-9;
    cpu = ProcessMeter.cpuSeconds() - cpu;
    times.wall.add(wall);
    times.cpu.add(cpu);
    times.peak = Math.max(times.peak, ProcessMeter.peakMegabytes());
    System.out.printf(
        Locale.ROOT,
        "%-26s %8.2f CPU-s %8.2f s, %5.0f MB%n",
        what,
        cpu,
        wall,
        ProcessMeter.peakMegabytes());
  }

  private static void print(String what, Times times, long weights, double cached, double flushed) {
    double wall = Times.best(times.wall);
    System.out.printf(
        Locale.ROOT,
        "%-26s %8.2f %8.2f %10.0f %11.0f%% %11.0f%% %9.0f%n",
        what,
        Times.best(times.cpu),
        wall,
        weights / wall * 1e-6,
        100 * cached / wall,
        100 * flushed / wall,
        times.peak);
  }
}
