package dev.pbq.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ChartPanelsTest {
  @Test
  void panelsStandBelowEachOtherWithWordsAndNamesOfTheirOwn(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("curve.svg");
    assertThat(ChartPanels.write(List.of(figure("first", 7), figure("second <&>", 0.5)), file))
        .isTrue();
    Document svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    NodeList all = svg.getElementsByTagName("svg");
    assertThat(all.getLength()).isEqualTo(3);
    assertThat(((Element) all.item(1)).getAttribute("y")).isEqualTo("0");
    assertThat(((Element) all.item(2)).getAttribute("y")).isEqualTo("" + CurveChart.HEIGHT);
    NodeList titles = svg.getElementsByTagName("title");
    assertThat(titles.item(0).getTextContent()).isEqualTo("first: in words");
    assertThat(titles.item(1).getTextContent()).isEqualTo("second <&>: in words");
    NodeList clips = svg.getElementsByTagName("clipPath");
    assertThat(clips.getLength()).isPositive();
    for (int i = 0; i < clips.getLength(); i++) {
      assertThat(((Element) clips.item(i)).getAttribute("id")).matches("p[01]-.*");
    }
  }

  @Property
  void aLogarithmicRangeHoldsItsValuesAndComesBack(
      @ForAll @DoubleRange(min = 0.01, max = 1e6) double a,
      @ForAll @DoubleRange(min = 0.01, max = 1e6) double b) {
    LogRange range = LogRange.of(new double[] {a, b}, 0.1);
    assertThat(range.low()).isLessThan(Math.min(a, b));
    assertThat(range.high()).isGreaterThan(Math.max(a, b));
    assertThat(range.value(range.share(a))).isCloseTo(a, within(1e-9 * a));
  }

  @Test
  void labelsAvoidPointsAndEachOther() {
    LabelPlaces places = new LabelPlaces();
    places.occupy(0.5, 0.5);
    LabelPlaces.Place first = places.put("same place", 0.5, 0.5);
    LabelPlaces.Place second = places.put("same place", 0.5, 0.5);
    assertThat(Math.abs(first.y() - 0.5)).isGreaterThan(0.01);
    assertThat(first).isNotEqualTo(second);
    LabelPlaces.Place edge = new LabelPlaces().put("long label at the edge", 0.999, 0.999);
    assertThat(edge.x()).isLessThan(0.95);
    assertThat(edge.y()).isLessThanOrEqualTo(1);
  }

  private static Section.Figure figure(String title, double y) {
    return new Section.Figure(
        title,
        "",
        "in words",
        new Chart.Curve(
            "bits",
            "loss",
            List.of(
                new Chart.Series("a", 0, false, List.of(new Chart.Point("a-2", 2, y))),
                new Chart.Series("b", 1, true, List.of(new Chart.Point("b-3", 3, y / 2)))),
            List.of(new Chart.Point("a-2", 2, y)),
            OptionalDouble.of(y / 3),
            "full"));
  }
}
