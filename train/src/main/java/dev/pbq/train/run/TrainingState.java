package dev.pbq.train.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pbq.core.PbqException;
import dev.pbq.core.checkpoint.AtomicFile;
import dev.pbq.train.optimizer.Parameter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file that a run is resumed from: what the run is, steps done, the loss curve so far, values
 * and moments of every trained array in float32. It appears complete or not at all.
 */
final class TrainingState {
  static final String FILE = "training.state";
  private static final int MAGIC = 0x70627174;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final String fingerprint;

  /**
   * The state of one run.
   *
   * @param fingerprint everything that shapes the result; another one is refused
   */
  TrainingState(Path file, String fingerprint) {
    this.file = file;
    this.fingerprint = fingerprint;
  }

  void save(List<CurvePoint> curve, List<Parameter> parameters) {
    AtomicFile.write(
        file,
        channel -> {
          DataOutputStream out =
              new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
          out.writeInt(MAGIC);
          writeText(out, fingerprint);
          writeText(out, JSON.writeValueAsString(curve));
          for (Parameter p : parameters) {
            write(out, p.values());
            write(out, p.first());
            write(out, p.second());
          }
          out.flush();
        });
  }

  /**
   * Fills the parameters from the file, if there is one.
   *
   * @return the curve so far; empty if there is no file
   * @throws PbqException USAGE if the file is of another run; BAD_DATA if it cannot be read
   */
  List<CurvePoint> load(List<Parameter> parameters) {
    if (!Files.exists(file)) {
      return List.of();
    }
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != MAGIC) {
        throw PbqException.badData(file + " is not a training state");
      }
      String stored = readText(in);
      if (!stored.equals(fingerprint)) {
        throw PbqException.setting(
            "{resume}: the unfinished run is another one: it has %s, this one %s",
            stored, fingerprint);
      }
      List<CurvePoint> curve = List.of(JSON.readValue(readText(in), CurvePoint[].class));
      for (Parameter p : parameters) {
        read(in, p.values());
        read(in, p.first());
        read(in, p.second());
      }
      return new ArrayList<>(curve);
    } catch (JsonProcessingException e) {
      throw PbqException.badData(file + " is damaged: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw PbqException.badData("cannot read " + file + ": " + e.getMessage(), e);
    }
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
