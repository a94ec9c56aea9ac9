package dev.pbq.export;

import dev.pbq.core.PbqException;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The export formats on the class path, by name. */
public final class Exporters {
  private Exporters() {}

  /** All of them, by name. */
  public static List<Exporter> all() {
    return ServiceLoader.load(Exporter.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(Exporter::name))
        .toList();
  }

  /**
   * The format of a name.
   *
   * @throws PbqException USAGE if there is none, naming all that exist
   */
  public static Exporter of(String name) {
    List<Exporter> all = all();
    return all.stream()
        .filter(exporter -> exporter.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                PbqException.setting(
                    "{format} %s is not one of %s",
                    name, String.join(", ", all.stream().map(Exporter::name).toList())));
  }
}
