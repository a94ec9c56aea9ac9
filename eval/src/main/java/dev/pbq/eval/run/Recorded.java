package dev.pbq.eval.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.OutputFolders;
import dev.pbq.eval.EvaluationProgress;
import dev.pbq.eval.ScoringProgress;
import dev.pbq.eval.TaskSample;
import dev.pbq.eval.WindowLosses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A listener to an evaluation that keeps its smallest parts, the losses of tokens or the answers of
 * tasks, for a file of JSON lines. Without a file it only hands on. For one thread at a time.
 */
public final class Recorded implements EvaluationProgress {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Optional<Path> file;
  private final EvaluationProgress next;
  private final List<WindowLosses> losses = new ArrayList<>();
  private final List<TaskSample> samples = new ArrayList<>();
  private int from;

  /**
   * Records for a file.
   *
   * @param file to be written by {@link #write}; empty for none
   * @param next is told everything too
   * @throws dev.pbq.core.PbqException as {@link OutputFolders#requireWritable}, before any work
   */
  public Recorded(Optional<Path> file, EvaluationProgress next) {
    file.ifPresent(OutputFolders::requireWritable);
    this.file = file;
    this.next = next;
  }

  /** The losses of all windows so far, text by text in the order of the windows. */
  public List<WindowLosses> losses() {
    return List.copyOf(losses);
  }

  /** The answers so far, task by task in the order of the questions. */
  public List<TaskSample> samples() {
    return List.copyOf(samples);
  }

  @Override
  public ScoringProgress begin(String part) {
    ScoringProgress shown = next.begin(part);
    from = losses.size();
    return file.isPresent() ? new Listener(part, shown) : shown;
  }

  @Override
  public void end() {
    losses.subList(from, losses.size()).sort(Comparator.comparingInt(WindowLosses::window));
    next.end();
  }

  /**
   * Writes the file, whole or not at all: a line for each window and each answer.
   *
   * @throws dev.pbq.core.PbqException RESOURCES if the disk is full
   */
  public void write() {
    file.ifPresent(path -> AtomicFile.write(path, this::writeLines));
  }

  private void writeLines(WritableByteChannel out) throws IOException {
    for (Object line : samples.isEmpty() ? losses : samples) {
      out.write(ByteBuffer.wrap(line(line).getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static String line(Object value) {
    try {
      return JSON.writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of plain values", e);
    }
  }

  /** Of one text or task. */
  private final class Listener implements ScoringProgress {
    private final String part;
    private final ScoringProgress shown;

    Listener(String part, ScoringProgress shown) {
      this.part = part;
      this.shown = shown;
    }

    @Override
    public void block(int block, int blocks, int windowsDone, int windows) {
      shown.block(block, blocks, windowsDone, windows);
    }

    @Override
    public void scored(int windowsDone, int windows, double meanNll) {
      shown.scored(windowsDone, windows, meanNll);
    }

    @Override
    public void windows(int windowsDone, int windows) {
      shown.windows(windowsDone, windows);
    }

    @Override
    public void losses(int window, int[] ids, int first, float[] values) {
      losses.add(new WindowLosses(part, window, ids, first, values));
      shown.losses(window, ids, first, values);
    }

    @Override
    public void sample(TaskSample sample) {
      // Of a task the answers count, not the windows that they were scored in.
      losses.subList(from, losses.size()).clear();
      samples.add(sample);
      shown.sample(sample);
    }
  }
}
