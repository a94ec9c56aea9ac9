package dev.pbq.bench;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pbq.core.checkpoint.Checkpoint;
import dev.pbq.core.checkpoint.ModelFolder;
import dev.pbq.core.model.Architectures;
import dev.pbq.core.model.CausalModel;
import dev.pbq.core.model.Engines;
import dev.pbq.core.model.Linear;
import dev.pbq.core.model.LinearInput;
import dev.pbq.core.parallel.Parallel;
import dev.pbq.core.tensor.WeightSource;
import dev.pbq.train.layer.TrainableLinear;
import dev.pbq.train.method.OriginalLinear;
import dev.pbq.train.method.TrainingMethod;
import dev.pbq.train.method.TrainingMethods;
import dev.pbq.train.optimizer.AdamW;
import dev.pbq.train.optimizer.Parameter;
import dev.pbq.train.student.Student;
import dev.pbq.train.student.Teacher;
import dev.pbq.train.student.TrainedWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A training step against its own floor: a backward pass costs two forward passes, so that nothing
 * that trains is faster than three forward passes of the same model on the same tokens, measured in
 * turns with the steps. Arguments: model folder, training method, its settings as JSON, windows,
 * tokens of each, steps, {@code true} to run blocks again in the backward pass.
 */
public final class TrainingMacro {
  private TrainingMacro() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    ModelFolder folder = ModelFolder.open(Path.of(args[0]));
    int threads = Runtime.getRuntime().availableProcessors();
    CausalModel model = Architectures.of(folder.config(), folder.path().toString());
    Engines.setThreads(threads);
    try (TrainingMethod opened = TrainingMethods.load().configure(args[1], settings(args[2]));
        Checkpoint weights = Checkpoint.open(folder.path());
        NDManager manager = Engines.newManager()) {
      TrainingMethod method = opened.fitted(model);
      TrainedWeights trained = new TrainedWeights(linears(method, model, weights), Map.of());
      int[][] ids =
          ids(Integer.parseInt(args[3]), Integer.parseInt(args[4]), model.vocabularySize());
      boolean recompute = args.length > 6 && Boolean.parseBoolean(args[6]);
      Optional<Teacher> teacher =
          method.objective().needsTeacher()
              ? Optional.of(new Teacher(manager, model, weights))
              : Optional.empty();
      try (Student student =
          new Student(manager, model, weights, trained, method.operands(), recompute)) {
        Parallel.withThreads(
            threads,
            () -> {
              measure(student, teacher, method, trained.parameters(), ids, args[5]);
              return null;
            });
      } finally {
        teacher.ifPresent(Teacher::close);
      }
    }
  }

  private static ObjectNode settings(String json) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(json);
  }

  private static Map<String, TrainableLinear> linears(
      TrainingMethod method, CausalModel model, Checkpoint weights) {
    WeightSource view = model.layout().view(weights);
    Map<String, TrainableLinear> linears = new LinkedHashMap<>();
    for (int b = 0; b < model.blocks(); b++) {
      for (LinearInput input : model.linearInputs(b)) {
        for (Linear linear : input.linears()) {
          linears.put(
              linear.name(),
              method.linear(
                  new OriginalLinear(
                      linear.name(),
                      linear.role().isAttention(),
                      view.readMatrix(linear.weight()),
                      linear.bias()
                          ? Optional.of(view.read(linear.name() + ".bias"))
                          : Optional.empty(),
                      0)));
        }
      }
    }
    return linears;
  }

  private static int[][] ids(int windows, int tokens, int vocabulary) {
    Random random = new Random(0);
    int[][] ids = new int[windows][tokens];
    for (int[] window : ids) {
      for (int t = 0; t < tokens; t++) {
        window[t] = random.nextInt(vocabulary);
      }
    }
    return ids;
  }

  private static void measure(
      Student student,
      Optional<Teacher> teacher,
      TrainingMethod method,
      List<Parameter> parameters,
      int[][] ids,
      String steps) {
    AdamW optimizer = method.optimizer();
    List<Double> ratios = new ArrayList<>();
    for (int step = 0; step < Integer.parseInt(steps); step++) {
      Cost forward = Cost.of(() -> student.nextTokenNll(ids));
      int number = step + 1;
      Cost whole =
          Cost.of(
              () -> {
                student.backward(ids, method.objective(), teacher, 1, number);
                student.takeGradients();
                double clip = AdamW.clip(AdamW.norm(parameters), 1);
                optimizer.step(parameters, number, 1e-4, clip);
                student.refresh();
              });
      double ratio = whole.cpu() / (3 * forward.cpu());
      System.out.printf(
          Locale.ROOT,
          "step %d: %.2f CPU-s, %.2f s; forward pass %.2f CPU-s, %.2f s; step / 3 forward passes:"
              + " %.2f; peak resident %.0f MB%n",
          number,
          whole.cpu(),
          whole.wall(),
          forward.cpu(),
          forward.wall(),
          ratio,
          ProcessMeter.peakMegabytes());
      if (step > 0) {
        ratios.add(ratio); // The first step compiles.
      }
    }
    System.out.printf(
        Locale.ROOT,
        "median ratio %.2f%n",
        ratios.stream().sorted().skip(ratios.size() / 2).findFirst().orElse(Double.NaN));
  }

  /** What some work took, in seconds. */
  private record Cost(double cpu, double wall) {
    static Cost of(Runnable work) {
      double cpu = ProcessMeter.cpuSeconds();
      long start = System.nanoTime();
      work.run();
      return new Cost(ProcessMeter.cpuSeconds() - cpu, (System.nanoTime() - start) * 1e-9);
    }
  }
}
