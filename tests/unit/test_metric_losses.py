"""Metric losses against the formulas of their papers, worked out in numpy."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy import exp, log

from pie_desktop.errors import PieError
from training.losses.metric import CenterLoss, ProxyClassifier, metric_loss, proxy_classifier

# two users with two vectors each; lengths differ on purpose
VECTORS = np.array([[2.0, 0.0], [0.6, 0.8], [0.0, 1.0], [-0.6, 0.8]])
LABELS = np.array([0, 0, 1, 1])
UNIT = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
COSINE = UNIT @ UNIT.T
SAME = LABELS[:, None] == LABELS


def _triplet() -> float:
    distance = np.sqrt(np.maximum(2 - 2 * COSINE, 0))
    violations = [
        distance[a, p] - distance[a, n] + 0.2
        for a in range(4)
        for p in range(4)
        for n in range(4)
        if a != p and SAME[a, p] and not SAME[a, n]
    ]
    return float(np.mean([v for v in violations if v > 0]))


def _angular() -> float:
    tan2 = np.tan(np.radians(40)) ** 2
    terms = []
    for a, p in ((0, 1), (1, 0), (2, 3), (3, 2)):
        others = [n for n in range(4) if not SAME[a, n]]
        f = [4 * tan2 * (UNIT[a] + UNIT[p]) @ UNIT[n] - 2 * (1 + tan2) * UNIT[a] @ UNIT[p] for n in others]
        terms.append(log(1 + exp(f).sum()))
    return float(np.mean(terms))


def _circle() -> float:
    terms = []
    for a in range(4):
        positive = [COSINE[a, p] for p in range(4) if p != a and SAME[a, p]]
        negative = [COSINE[a, n] for n in range(4) if not SAME[a, n]]
        pull = sum(exp(-80 * max(1.4 - s, 0) * (s - 0.6)) for s in positive)
        push = sum(exp(80 * max(s + 0.4, 0) * (s - 0.4)) for s in negative)
        terms.append(log(1 + pull * push))
    return float(np.mean(terms))


def _n_pair() -> float:
    # the first pair of each user: 0 with 1, and 2 with 3
    products = VECTORS[[0, 2]] @ VECTORS[[1, 3]].T
    softmax = [-log(exp(products[i, i]) / exp(products[i]).sum()) for i in range(2)]
    return float(np.mean(softmax) + 0.02 * (VECTORS**2).sum(1).mean())


def _multi_similarity() -> float:
    terms = []
    for a in range(4):
        positive = sum(exp(-2 * (COSINE[a, p] - 0.5)) for p in range(4) if p != a and SAME[a, p])
        negative = sum(exp(50 * (COSINE[a, n] - 0.5)) for n in range(4) if not SAME[a, n])
        terms.append(log(1 + positive) / 2 + log(1 + negative) / 50)
    return float(np.mean(terms))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("triplet", _triplet),
        ("angular", _angular),
        ("circle", _circle),
        ("n_pair", _n_pair),
        ("multi_similarity", _multi_similarity),
    ],
)
def test_loss_by_hand_and_what_it_asks_for(name: str, expected: Callable[[], float]) -> None:
    loss = metric_loss(name, 2, 2)  # type: ignore[arg-type]
    vectors = torch.tensor(VECTORS, requires_grad=True)
    labels = torch.tensor(LABELS)
    value = loss(vectors, labels)
    assert float(value.detach()) == pytest.approx(expected(), rel=1e-4)
    value.backward()
    assert vectors.grad is not None
    step = (vectors - 0.02 * vectors.grad).detach()
    assert float(loss(step, labels)) < float(value.detach())


def test_center_loss_and_how_centers_follow() -> None:
    loss = CenterLoss(2, 3)
    vectors, labels = torch.tensor([[2.0, 0.0], [4.0, 0.0], [0.0, 3.0]], requires_grad=True), torch.tensor([0, 0, 1])
    # centers start at 0: half of 4, 16 and 9, on average
    value = loss(vectors, labels)
    assert float(value.detach()) == pytest.approx((2 + 8 + 4.5) / 3)
    # rate 1/2: (2 + 4) / (1 + 2) / 2 = 1, and 3 / (1 + 1) / 2 = 0.75; nobody is of class 2
    assert torch.allclose(loss.centers, torch.tensor([[1.0, 0.0], [0.0, 0.75], [0.0, 0.0]]))
    value.backward()
    # the gradient is of the centers as they were
    assert torch.allclose(vectors.grad, vectors.detach() / 3)  # type: ignore[arg-type]
    loss.eval()
    assert float(loss(vectors, labels).detach()) == pytest.approx((0.5 + 4.5 + 0.5 * 2.25**2) / 3)
    assert float(loss.centers[0, 0]) == 1.0


def test_center_comes_with_a_softmax() -> None:
    loss = metric_loss("center", 2, 2)
    weight, bias = (p.detach().double().numpy() for p in loss.classifier.parameters())  # type: ignore[union-attr]
    logits = VECTORS @ weight.T + bias
    softmax = np.mean([log(exp(row).sum()) - row[label] for row, label in zip(logits, LABELS, strict=True)])
    expected = softmax + 0.01 * 0.5 * (VECTORS**2).sum(1).mean()
    found = loss(torch.tensor(VECTORS, dtype=torch.float32), torch.tensor(LABELS))
    assert float(found.detach()) == pytest.approx(expected, rel=1e-5)


def _with_proxies(name: str, proxies: np.ndarray) -> ProxyClassifier:
    classifier = proxy_classifier(name, 2, 2)  # type: ignore[arg-type]
    (parameter,) = classifier.parameters()
    values = torch.tensor(proxies, dtype=torch.float32)
    parameter.data.copy_(values.T if name == "normalized_softmax" else values)
    return classifier


def _proxy_nca(cosine: np.ndarray) -> float:
    closeness = exp(-8 * (2 - 2 * cosine))
    return float(np.mean([-log(row[label] / row.sum()) for row, label in zip(closeness, LABELS, strict=True)]))


def _normalized_softmax(cosine: np.ndarray) -> float:
    raised = exp(cosine / 0.05)
    return float(np.mean([-log(row[label] / row.sum()) for row, label in zip(raised, LABELS, strict=True)]))


def _proxy_anchor(cosine: np.ndarray) -> float:
    own = np.eye(2, dtype=bool)[LABELS]
    pull = [log(1 + exp(-32 * (cosine[own[:, c], c] - 0.1)).sum()) for c in range(2)]
    push = [log(1 + exp(32 * (cosine[~own[:, c], c] + 0.1)).sum()) for c in range(2)]
    return float(np.mean(pull) + np.mean(push))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("proxy_nca", _proxy_nca), ("normalized_softmax", _normalized_softmax), ("proxy_anchor", _proxy_anchor)],
)
def test_proxy_loss_by_hand(name: str, expected: Callable[[np.ndarray], float]) -> None:
    proxies = np.array([[3.0, 0.0], [-0.5, 0.5]])
    unit = proxies / np.linalg.norm(proxies, axis=1, keepdims=True)
    classifier = _with_proxies(name, proxies)
    vectors, labels = torch.tensor(VECTORS, dtype=torch.float32), torch.tensor(LABELS)
    cosine = UNIT @ unit.T
    assert float(classifier(vectors, labels).detach()) == pytest.approx(expected(cosine), rel=1e-4)
    assert np.allclose(classifier.proxies().detach().numpy(), unit, atol=1e-6)
    assert np.allclose(classifier.logits(vectors).detach().numpy(), cosine, atol=1e-6)


def test_proxies_are_learned() -> None:
    torch.manual_seed(0)
    classifier = proxy_classifier("proxy_anchor", 2, 2)
    vectors, labels = torch.tensor(VECTORS, dtype=torch.float32), torch.tensor(LABELS)
    optimizer = torch.optim.Adam(classifier.parameters(), 0.05)
    for _ in range(60):
        optimizer.zero_grad()
        classifier(vectors, labels).backward()
        optimizer.step()
    assert classifier.logits(vectors).argmax(1).tolist() == [0, 0, 1, 1]


def test_unknown_names_are_told() -> None:
    with pytest.raises(PieError, match="choose one of triplet, center"):
        metric_loss("cosine", 2, 2)  # type: ignore[arg-type]
    with pytest.raises(PieError, match="choose one of proxy_nca"):
        proxy_classifier("triplet", 2, 2)  # type: ignore[arg-type]
