package dev.pbq.train.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.core.checkpoint.OutputDirectory;
import dev.pbq.train.optimizer.Parameter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The file that a run is resumed from: what the run is, steps done, the loss curve so far, values
 * and moments of every trained array in float32, and the best state if that becomes the result. It
 * appears complete or not at all.
 */
public final class TrainingState {
  /** Its name in the folder that a run works in. */
  public static final String FILE = "training.state";

  private static final int MAGIC = 0x70627175;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final String fingerprint;
  private List<CurvePoint> curve = List.of();
  private Optional<Kept> best = Optional.empty();

  /**
   * The state of one run, before its first step.
   *
   * @param fingerprint everything that shapes the result; another one is refused
   */
  public TrainingState(Path folder, String fingerprint) {
    this.file = folder.resolve(FILE);
    this.fingerprint = fingerprint;
  }

  /** Whether there is something to resume from in the folder that a run works in. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(FILE)) || Files.exists(folder.resolve(WrittenTokens.FILE));
  }

  /** Refuses to go on with work that no training left. */
  public static void requireOwn(OutputDirectory directory) {
    directory.requireOwn(FILE, WrittenTokens.FILE);
  }

  /** The curve as it was loaded; empty for a new run. */
  List<CurvePoint> curve() {
    return curve;
  }

  /** The best state as it was loaded. */
  Optional<Kept> best() {
    return best;
  }

  void save(List<CurvePoint> points, List<Parameter> parameters, Optional<Kept> kept) {
    AtomicFile.write(
        file,
        channel -> {
          DataOutputStream out =
              new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
          out.writeInt(MAGIC);
          writeText(out, fingerprint);
          writeText(out, JSON.writeValueAsString(points));
          for (Parameter p : parameters) {
            write(out, p.values());
            write(out, p.first());
            write(out, p.second());
          }
          out.writeBoolean(kept.isPresent());
          if (kept.isPresent()) {
            out.writeInt(kept.get().step());
            out.writeDouble(kept.get().heldOut());
            for (float[] values : kept.get().values()) {
              write(out, values);
            }
          }
          out.flush();
        });
  }

  /**
   * Fills the parameters, the curve and the best state from the file, if there is one.
   *
   * @throws PbqException USAGE if the file is of another run; BAD_DATA if it cannot be read
   */
  public void load(List<Parameter> parameters) {
    if (!Files.exists(file)) {
      return;
    }
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != MAGIC) {
        throw PbqException.badData(file + " is not a training state of this version");
      }
      String stored = readText(in);
      if (!stored.equals(fingerprint)) {
        throw PbqException.setting(
            "{resume}: the unfinished run is another one: it has %s, this one %s",
            stored, fingerprint);
      }
      CurvePoint[] points = JSON.readValue(readText(in), CurvePoint[].class);
      if (points == null || Arrays.asList(points).contains(null)) {
        throw PbqException.badData(file + " is damaged: its curve has gaps");
      }
      curve = List.of(points);
      for (Parameter p : parameters) {
        read(in, p.values());
        read(in, p.first());
        read(in, p.second());
      }
      best = in.readBoolean() ? Optional.of(readBest(in, parameters)) : Optional.empty();
    } catch (JsonProcessingException e) {
      throw PbqException.badData(file + " is damaged: " + e.getOriginalMessage(), e);
    } catch (EOFException e) {
      throw PbqException.badData(file + " is damaged: it ends too early", e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static Kept readBest(DataInputStream in, List<Parameter> parameters) throws IOException {
    int step = in.readInt();
    double heldOut = in.readDouble();
    List<float[]> values = new ArrayList<>();
    for (Parameter p : parameters) {
      float[] kept = new float[p.values().length];
      read(in, kept);
      values.add(kept);
    }
    return new Kept(step, heldOut, values);
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new IOException("a text of " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length != length) {
      throw new IOException("it ends too early");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void write(DataOutputStream out, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  private static void read(DataInputStream in, float[] values) throws IOException {
    byte[] bytes = new byte[Float.BYTES * values.length];
    in.readFully(bytes);
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
  }
}
